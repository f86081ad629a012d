using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// Owns the rolling updates: it steps <see cref="RollingUpdate"/> with each event, and has the actions carried out. Only the
/// loop's thread uses it.
/// </summary>
internal sealed class UpdateRunner(
    UpdateActions actions,
    SlotConditions conditions,
    ReplacementSlots replacements,
    UpdateFailures notReplaced,
    SlotCounts counts)
{
    private readonly Dictionary<Service, CutConnections> _cut = [];
    private readonly Dictionary<Service, Update> _updates = [];
    private readonly Queue<Update> _due = new();

    /// <summary>Whether <see cref="Continue"/> has something to do.</summary>
    public bool IsDue => replacements.IsDue || _due.Count > 0;

    public Update? Of(Service service) => _updates.GetValueOrDefault(service);

    /// <summary>Begins an update, or adds workers to the present one.</summary>
    /// <param name="former">
    /// The specification of the service before, where it has another one now. A present update is replaced then: it leads to a
    /// specification that is no longer wanted.
    /// </param>
    public void Begin(Service service, IEnumerable<WorkerSlot> slots, ServiceSpec? former)
    {
        var asked = slots.ToArray();
        notReplaced.Forget(asked);
        if (former is not null) Forget(service);
        Ask(Of(service) ?? new Update(service, former, conditions), asked);
    }

    /// <returns>False where nothing is paused.</returns>
    public bool Resume(Service service)
    {
        if (Of(service) is not { IsPaused: true } update) return false;
        update.ForgetFailure();
        notReplaced.Forget(update.State.Waiting.Select(update.Slot));
        Step(update, new UpdateEvent.ResumeRequested());
        MakeDue(update);
        return true;
    }

    /// <returns>False where nothing is to be paused.</returns>
    public bool Pause(Service service)
    {
        if (Of(service) is not { IsPaused: false } update) return false;
        Step(update, new UpdateEvent.PauseRequested());
        return true;
    }

    /// <summary>A service has a new worker.</summary>
    public void Entered(WorkerSlot slot)
    {
        if (Of(slot.Service) is not { } update) return;
        if (update.SlotBefore(slot) is { } before) Step(update, new UpdateEvent.Left(before.Name.Index));
        update.Enter(slot);
        Step(update, new UpdateEvent.Joined(slot.Name.Index));
    }

    /// <summary>
    /// Undoes an update. The service has its former specification by now, see <see cref="Service.Adopt"/>: workers that have
    /// another one, and those whose new process failed, are replaced.
    /// </summary>
    public void Rollback(Update update)
    {
        var service = update.Service;
        var changed = service.Slots
            .Where(slot => !slot.Leaving && service.Overrides.Wants(slot.Name.Index) && IsOther(slot, update.Former)).ToArray();
        Step(update, new UpdateEvent.Cancelled());
        foreach (var slot in service.Slots) slot.Renew();
        if (changed.Length > 0) Ask(new Update(service, former: null, conditions, isRollback: true), changed);
    }

    /// <summary>Ends all updates and all processes in replacement slots, for the end of the daemon.</summary>
    public void StopAll()
    {
        actions.StopRestarting();
        foreach (var service in _updates.Keys.ToArray()) Forget(service);
        replacements.End(_ => true);
    }

    /// <summary>Ends the update of a service, where there is one.</summary>
    public void Forget(Service service)
    {
        if (Of(service) is { } update) Step(update, new UpdateEvent.Cancelled());
    }

    /// <summary>The slot or the replacement slot of a worker has changed.</summary>
    public void Moved(WorkerSlot slot)
    {
        if (slot.IsReplacement) replacements.Moved(slot);
        if (Of(slot.Service) is not { } update) return;
        update.Note(slot);
        MakeDue(update);
    }

    /// <summary>A worker has left its service.</summary>
    public void Left(WorkerSlot slot) => notReplaced.Forget(slot);

    /// <summary>A service is gone.</summary>
    public void Left(Service service) => _cut.Remove(service);

    /// <summary>The connections of a service that were cut. The count grows with each cut.</summary>
    public CutConnections CutOf(Service service)
    {
        if (!_cut.TryGetValue(service, out var cut)) _cut.Add(service, cut = new());
        return cut;
    }

    /// <summary>The end of a former process cuts connections.</summary>
    public void Cut(WorkerSlot slot, int connections)
    {
        CutOf(slot.Service).Add(slot.Name.Index, connections);
        if (Of(slot.Service) is { } update) update.Cut += connections;
    }

    /// <summary>To be called in each turn of the loop. It costs nothing where no worker of an update has changed.</summary>
    /// <param name="rollBack">Gives the service of an update its former specification, and calls <see cref="Rollback"/>.</param>
    public void Continue(Action<Update> rollBack)
    {
        if (replacements.IsDue) replacements.Sweep();
        while (_due.TryDequeue(out var update))
        {
            update.IsDue = false;
            if (Of(update.Service) != update) continue;
            foreach (var worker in update.TakeMoved()) Step(update, new UpdateEvent.Moved(worker));
            replacements.Sweep();
            EndTurn(update);
            if (update.State.Phase is UpdatePhase.RollingBack) rollBack(update);
        }
    }

    private void EndTurn(Update update)
    {
        UpdateState before;
        do
        {
            before = update.State;
            Step(update, new UpdateEvent.TurnEnded(before.Phase is UpdatePhase.Running ? update.Next : null));
        }
        while (!ReferenceEquals(update.State, before) && update.State.Phase is not UpdatePhase.Over);
    }

    private void Ask(Update update, IReadOnlyList<WorkerSlot> slots)
    {
        foreach (var slot in slots) update.Enter(slot);
        if (update.State.Phase is UpdatePhase.New)
            foreach (var slot in update.Service.Slots) update.Note(slot);
        Step(update, new UpdateEvent.Asked(new([.. slots.Select(conditions.OfWorker)])));
        if (Of(update.Service) == update) MakeDue(update);
    }

    private void Step(Update update, UpdateEvent happened)
    {
        var (after, todo) = RollingUpdate.Step(update.State, FactsOf(update), happened);
        update.State = after;
        if (after.Phase is not UpdatePhase.Over) _updates[update.Service] = update;
        else if (Of(update.Service) == update) _updates.Remove(update.Service);
        foreach (var action in todo) actions.Do(update, action);
    }

    private UpdateFacts FactsOf(Update update) => new(
        update.Service.Spec.Update,
        update.Service.Overrides.Wanted(update.Service.Spec.Workers),
        counts.ReadyOf(update.Service),
        update.IsChanging);

    private void MakeDue(Update update)
    {
        if (update.IsDue) return;
        update.IsDue = true;
        _due.Enqueue(update);
    }

    private static bool IsOther(WorkerSlot slot, ServiceSpec? former) => !slot.IsKept || slot.Spec != former
        || slot.Slot.State is SlotState.Waiting or SlotState.Backoff or SlotState.Failed;
}
