using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// Owns the rolling updates: steps <see cref="RollingUpdate"/> with each event, and has the actions carried out. Only the
/// loop's thread uses the class.
/// </summary>
internal sealed class UpdateRunner(
    SlotTable allSlots,
    UpdateActions actions,
    SlotConditions conditions,
    ReplacementSlots replacements,
    UpdateFailures notReplaced,
    SlotCounts counts,
    FleetEvents events)
{
    private readonly Dictionary<Service, CutConnections> _cut = [];
    private readonly Dictionary<Service, Update> _updates = [];
    private readonly Queue<Update> _due = new();

    /// <summary>True if <see cref="Continue"/> has something to do.</summary>
    public bool IsDue => replacements.IsDue || _due.Count > 0;

    public Update? Of(Service service) => _updates.GetValueOrDefault(service);

    /// <summary>Begins an update, or adds workers to the present update.</summary>
    /// <param name="former">
    /// The former specification, if it differs from the present one; else null. A change replaces the present update, which has
    /// an outdated specification.
    /// </param>
    public void Begin(Service service, IEnumerable<WorkerSlot> slots, ServiceSpec? former)
    {
        var asked = slots.ToArray();
        notReplaced.Forget(asked);
        if (former is not null) Forget(service);
        Ask(Of(service) ?? new Update(service, former, conditions), asked);
    }

    /// <summary>Goes on with an update of an earlier daemon.</summary>
    /// <param name="slots">Workers that it has not replaced.</param>
    public void Restore(Service service, IEnumerable<WorkerSlot> slots, UpdateRest rest)
    {
        var update = new Update(service, rest.Former, conditions, rest.IsRollback);
        if (rest.IsTakenBack) update.TakeBack();
        Ask(update, [.. slots]);
        if (rest.IsPaused) Pause(service);
    }

    /// <returns>False if no update is paused.</returns>
    public bool Resume(Service service)
    {
        if (Of(service) is not { IsPaused: true } update) return false;
        update.ForgetFailure();
        notReplaced.Forget(update.State.Waiting.Select(update.Slot));
        Step(update, new UpdateEvent.ResumeRequested());
        MakeDue(update);
        return true;
    }

    /// <returns>False if no running update exists.</returns>
    public bool Pause(Service service)
    {
        if (Of(service) is not { IsPaused: false } update) return false;
        Step(update, new UpdateEvent.PauseRequested());
        return true;
    }

    /// <summary>Handles a new worker of a service.</summary>
    public void Entered(WorkerSlot slot)
    {
        if (Of(slot.Service) is not { } update) return;
        if (update.SlotBefore(slot) is { } before) Step(update, new UpdateEvent.Left(before.Name.Index));
        update.Enter(slot);
        Step(update, new UpdateEvent.Joined(slot.Name.Index));
    }

    /// <summary>
    /// Undoes an update. The service must already have its former specification, see <see cref="Service.Adopt"/>. Replaces the
    /// workers with another specification, and the workers with a failed new process.
    /// </summary>
    public void Rollback(Update update)
    {
        var service = update.Service;
        var changed = allSlots.Of(service)
            .Where(slot => !slot.Leaving && service.Wants(slot.Name.Index) && IsOther(slot, update.Former)).ToArray();
        Step(update, new UpdateEvent.Cancelled());
        foreach (var slot in allSlots.Of(service)) slot.Renew();
        if (changed.Length > 0) Ask(new Update(service, former: null, conditions, isRollback: true), changed);
    }

    /// <summary>Ends all updates and all processes in replacement slots, for the end of the daemon.</summary>
    public void StopAll()
    {
        actions.StopRestarting();
        foreach (var service in _updates.Keys.ToArray()) Forget(service);
        replacements.End(_ => true);
    }

    /// <summary>Ends the update of a service, if it has one.</summary>
    public void Forget(Service service)
    {
        if (Of(service) is { } update) Step(update, new UpdateEvent.Cancelled());
    }

    /// <summary>Handles a change of a worker's slot or replacement slot.</summary>
    public void Moved(WorkerSlot slot)
    {
        if (slot.IsReplacement) replacements.Moved(slot);
        if (Of(slot.Service) is not { } update) return;
        update.Note(slot);
        MakeDue(update);
    }

    /// <summary>Handles a worker that has left its service.</summary>
    public void Left(WorkerSlot slot)
    {
        notReplaced.Forget(slot);
        // An update that stops later must not explain a worker that has left.
        if (Of(slot.Service) is { } update && update.Has(slot)) Step(update, new UpdateEvent.Left(slot.Name.Index));
    }

    /// <summary>Forgets a service that is gone.</summary>
    public void Left(Service service) => _cut.Remove(service);

    /// <summary>The counter of cut connections of a service.</summary>
    public CutConnections CutOf(Service service)
    {
        if (!_cut.TryGetValue(service, out var cut)) _cut.Add(service, cut = new());
        return cut;
    }

    /// <summary>Handles the end of a former process that cuts connections.</summary>
    public void Cut(WorkerSlot slot, int connections)
    {
        CutOf(slot.Service).Add(slot.Name.Index, connections);
        if (Of(slot.Service) is { } update) update.Cut += connections;
    }

    /// <summary>Must be called in each turn of the loop. Does nothing if no worker of an update has changed.</summary>
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
            foreach (var slot in allSlots.Of(update.Service)) update.Note(slot);
        Step(update, new UpdateEvent.Asked(new([.. slots.Select(conditions.OfWorker)])));
        if (Of(update.Service) == update) MakeDue(update);
    }

    private void Step(Update update, UpdateEvent happened)
    {
        var (after, todo) = RollingUpdate.Step(update.State, FactsOf(update), happened);
        if (after.Phase != update.State.Phase) events.Add(new FleetEvent.ServiceChanged(update.Service));
        update.State = after;
        if (after.Phase is not UpdatePhase.Over) _updates[update.Service] = update;
        else if (Of(update.Service) == update) _updates.Remove(update.Service);
        foreach (var action in todo)
        {
            actions.Do(update, action);
            if (ResultOf(update, action) is { } result) events.Add(new FleetEvent.UpdateEnded(update.Service, result));
            if (action is UpdateAction.OfWorker one) events.Add(new FleetEvent.SlotChanged(update.Slot(one.Worker)));
        }
    }

    private static UpdateResult? ResultOf(Update update, UpdateAction action) => action switch
    {
        UpdateAction.LogDone => update.IsRollback ? UpdateResult.RolledBack : UpdateResult.Succeeded,
        UpdateAction.LogFailed => UpdateResult.Failed,
        _ => null,
    };

    private UpdateFacts FactsOf(Update update) => new(
        update.Service.Spec.Update,
        update.Service.Wanted,
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
