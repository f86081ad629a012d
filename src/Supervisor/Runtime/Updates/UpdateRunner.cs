using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// Planned restarts: replaces the workers of a service a few at a time, such that as many serve all the while as its
/// <c>update</c> promises. The first new process that does not get ready stops it all: what serves goes on serving. Only the
/// loop's thread uses it.
/// </summary>
internal sealed class UpdateRunner(SlotRunner runner, ReplacementSlots replacements, ILogger log, IFailureListener failures)
{
    private readonly Dictionary<Service, Update> _updates = [];
    private readonly HashSet<Update> _due = [];
    private bool _stopping;

    /// <summary>Whether <see cref="Pass"/> has something to do.</summary>
    public bool IsDue => replacements.IsDue || _due.Count > 0;

    public Update? Of(Service service) => _updates.GetValueOrDefault(service);

    /// <summary>
    /// Begins, or adds to what is on its way. Workers that do not serve are started anew at once where none of the service does.
    /// </summary>
    /// <param name="former">What the service was until now, where it has become another.</param>
    public void Begin(Service service, IEnumerable<WorkerSlot> slots, ServiceSpec? former)
    {
        var asked = slots.ToArray();
        foreach (var slot in asked) slot.UpdateFailure = null;
        if (service.Ready == 0)
        {
            // There is nothing to lose, and nothing to go back to.
            Forget(service);
            foreach (var slot in service.Slots) slot.Renew();
            foreach (var slot in asked) Anew(slot);
            return;
        }

        // A newer wish: what is half way to the former one is not what is wanted any more.
        if (former is not null)
        {
            Forget(service);
            foreach (var slot in asked)
                if (!slot.IsKept) slot.Keep(former);
        }

        if (!_updates.TryGetValue(service, out var update)) Add(update = new Update(service, former));
        Enter(update, asked);
    }

    /// <summary>Goes on where it was paused.</summary>
    public bool Resume(Service service)
    {
        if (!_updates.TryGetValue(service, out var update) || !update.IsPaused) return false;
        update.IsPaused = false;
        update.Failure = null;
        update.HasStopped = false;
        foreach (var slot in update.Waiting) slot.UpdateFailure = null;
        Enter(update, [.. update.Waiting]);
        log.UpdateResumed(service.Spec.Name);
        return true;
    }

    public bool Pause(Service service)
    {
        if (!_updates.TryGetValue(service, out var update) || update.IsPaused) return false;
        update.IsPaused = true;
        log.UpdatePaused(service.Spec.Name, update.Waiting.Count);
        foreach (var slot in update.Waiting) Postpone(update, slot);
        return true;
    }

    /// <summary>
    /// A worker is new. While what the service was to become has failed, it is what the service was, and waits with the others.
    /// </summary>
    public void Entered(WorkerSlot slot)
    {
        if (Of(slot.Service) is not { HasStopped: true, IsPaused: true, Former: { } former } update) return;
        slot.Keep(former);
        update.Wait(slot);
    }

    /// <summary>
    /// Has those that are new already become what they were, and those that fell in their replacement start as that. The service
    /// is what it was by now: see <see cref="Service.Adopt"/>.
    /// </summary>
    public void Rollback(Update update)
    {
        var service = update.Service;
        var changed = service.Slots.Where(slot => !slot.Leaving && service.Overrides.Wants(slot.Name.Index) && IsOther(slot, update.Former)).ToArray();
        Drop(update);
        foreach (var slot in service.Slots) slot.Renew();
        if (changed.Length == 0) return;
        var back = new Update(service, former: null) { IsRollback = true };
        Add(back);
        Enter(back, changed);
    }

    /// <summary>No worker is to be replaced any more, and no replacement to be there: for the end of the daemon.</summary>
    public void StopAll()
    {
        _stopping = true;
        foreach (var update in _updates.Values.ToArray()) Drop(update);
        replacements.End(_ => true);
    }

    /// <summary>The service is to be forgotten, or becomes another.</summary>
    public void Forget(Service service)
    {
        if (_updates.TryGetValue(service, out var update)) Drop(update);
    }

    /// <summary>Something has happened to a worker or its replacement.</summary>
    public void Moved(WorkerSlot slot)
    {
        if (_updates.TryGetValue(slot.Service, out var update)) _due.Add(update);
        else if (slot.IsReplacement) replacements.Moved();
    }

    /// <summary>Connections of a former process are cut by its end.</summary>
    public void Cut(WorkerSlot slot, int connections)
    {
        slot.Service.Cut += connections;
        if (slot.Service.Slots.Find(one => one.Name == slot.Name) is { } worker) worker.Cut += connections;
        if (_updates.TryGetValue(slot.Service, out var update)) update.Cut += connections;
    }

    /// <summary>To be called in each turn: costs nothing where nothing has moved.</summary>
    /// <param name="failed">Told an update that has stopped and is to be rolled back.</param>
    public void Pass(Action<Update> failed)
    {
        if (replacements.IsDue) replacements.Sweep();
        while (_due.Count > 0)
        {
            var update = _due.First();
            _due.Remove(update);
            foreach (var slot in update.Moving.ToArray()) Look(update, slot);
            replacements.Sweep();
            while (update is { IsPaused: false, Failure: null, Waiting.Count: > 0 } && TryNext(update))
            {
            }

            if (update is { Failure: not null, HasStopped: false }) Stop(update, failed);
            else if (update.IsOver) Finish(update);
        }
    }

    private void Add(Update update)
    {
        _updates[update.Service] = update;
        log.UpdateBegun(update.Service.Spec.Name, update.IsRollback);
    }

    private void Enter(Update update, IReadOnlyCollection<WorkerSlot> slots)
    {
        // Those that serve first: if the new process comes to nothing, the others are left as they are. But where one that serves
        // can only be stopped while enough others do, those that do not are mended first.
        var servingFirst = update.Service.Spec.Update.Order == UpdateOrder.StartFirst;
        foreach (var slot in slots.OrderByDescending(slot => slot.Slot.State is SlotState.Ready == servingFirst))
        {
            if (update.Moving.Contains(slot)) continue;
            update.Wait(slot);
            update.Done.Remove(slot);
            if (update.IsPaused && slot.Slot.State is SlotState.Ready)
            {
                Postpone(update, slot);
                continue;
            }

            runner.Expect(slot);
            if (update.IsPaused)
            {
                // As what it was: nothing is lost by its restart.
                runner.Happen(slot, new SlotEvent.RestartRequested());
                continue;
            }

            slot.Updating = true;
        }

        _due.Add(update);
    }

    private bool TryNext(Update update)
    {
        var (service, slot) = (update.Service, update.Next);
        if (slot.Leaving || !service.Overrides.Wants(slot.Name.Index))
        {
            update.TakeNext();
            // When it comes again it is what the service is then.
            slot.Renew();
            update.Done.Add(slot);
            runner.EndUpdate(slot);
            return true;
        }

        // It serves nothing, so nothing is lost by its restart; and what comes of it holds up nobody.
        if (slot.Slot.State is not SlotState.Ready)
        {
            update.TakeNext();
            slot.Updating = false;
            Anew(slot);
            update.Done.Add(slot);
            return true;
        }

        var wanted = service.Overrides.Wanted(service.Spec.Workers);
        // By what is wanted, not by how the workers were told to be replaced before.
        if (!UpdatePace.MayBegin(service.Spec.Update, wanted, service.Ready, update.Moving.Count))
        {
            if (update.Moving.Count == 0 && !service.Slots.Exists(IsOnItsWay)) Block(update, slot, wanted);
            return false;
        }

        update.TakeNext();
        update.Moving.Add(slot);
        if (service.Spec.Update.Order == UpdateOrder.StartFirst) replacements.Start(slot);
        else StopFirst(slot);
        return true;
    }

    private void StopFirst(WorkerSlot slot)
    {
        slot.RenewsAtEnd = true;
        runner.Happen(slot, new SlotEvent.DrainRequested(new AfterStop.Restart()));
    }

    /// <summary>How far the replacement of one worker has come.</summary>
    private void Look(Update update, WorkerSlot slot)
    {
        if (slot.Replacement is not { } replacement) LookInPlace(update, slot);
        else if (replacement.Leaving) LookAtOld(update, slot, replacement);
        else LookAtNew(update, slot, replacement);
    }

    private void LookInPlace(Update update, WorkerSlot slot)
    {
        switch (slot.Slot.State)
        {
            case SlotState.Ready when slot.Process is { IsPlaced: true }:
                Settle(update, slot);
                break;
            case SlotState.Waiting or SlotState.Backoff or SlotState.Failed:
                // As what it was to become it fell.
                Fail(update, slot, slot);
                if (update.Former is { } former) slot.Keep(former);
                break;
            // Somebody asked for that meanwhile.
            case SlotState.Stopped:
                Settle(update, slot);
                break;
        }
    }

    private void LookAtNew(Update update, WorkerSlot slot, WorkerSlot replacement)
    {
        if (slot.Leaving || !slot.Service.Overrides.Wants(slot.Name.Index))
        {
            replacements.Dismiss(slot, replacement);
            slot.Renew();
            Settle(update, slot);
            return;
        }

        switch (replacement.Slot.State)
        {
            case SlotState.Ready when replacement.Process is { IsPlaced: true }:
                replacements.Exchange(slot, replacement);
                break;
            case SlotState.Starting or SlotState.Ready when slot.Slot.State is not SlotState.Ready:
                // The old one has ended by itself: the new one takes its place as it is.
                replacements.Exchange(slot, replacement);
                break;
            case SlotState.Stopping or SlotState.Stopped or SlotState.Backoff or SlotState.Failed:
                Fail(update, slot, replacement);
                replacements.Dismiss(slot, replacement);
                break;
        }
    }

    private void LookAtOld(Update update, WorkerSlot slot, WorkerSlot replacement)
    {
        if (replacement.Slot.State.HasProcess) return;
        replacements.Dismiss(slot, replacement);
        LookInPlace(update, slot);
    }

    private void Settle(Update update, WorkerSlot slot)
    {
        update.Moving.Remove(slot);
        update.Done.Add(slot);
        log.Updated(slot.Name, slot.Process?.Handle.Pid ?? 0, slot.Slot.Generation, update.Done.Count, update.Count);
        runner.EndUpdate(slot);
    }

    /// <param name="fallen">Whose process came to nothing: the worker itself or its replacement.</param>
    private static void Fail(Update update, WorkerSlot slot, WorkerSlot fallen)
    {
        update.Moving.Remove(slot);
        var failed = FailedReplacement.In(fallen, Remedy(update));
        slot.UpdateFailure = new UpdateFailure(new UpdateObstacle.ReplacementFailed(), failed);
        update.Failure ??= new UpdateStop.ReplacementFailed(slot.Name, failed.Facts);
        update.Wait(slot);
    }

    /// <summary>How the workers become new that cannot be so beside the old ones: that interrupts, so somebody has to want it.</summary>
    private static UpdateRemedy Remedy(Update update) => UpdateRemedy.For(
        update.IsTakenBack ? RemedyVerb.ApplyFormerFile
        : update.Former is null ? RemedyVerb.Start
        : IsToPause(update) ? RemedyVerb.Restart
        : RemedyVerb.Apply,
        update.Service.Spec);

    private static bool IsToPause(Update update) =>
        update.IsPaused || update.IsRollback || update.Service.Spec.Update.FailureAction == UpdateFailureAction.Pause;

    /// <summary>Too few serve for one more to be stopped, and no more of them are to come.</summary>
    private static void Block(Update update, WorkerSlot slot, int wanted)
    {
        update.Failure = new UpdateStop.TooFewReady(update.Service.Ready, wanted);
        slot.UpdateFailure = new UpdateFailure(new UpdateObstacle.TooFewReady(update.Service.Ready, wanted));
    }

    private static bool IsOnItsWay(WorkerSlot slot) => slot.Slot.State is SlotState.Starting or SlotState.Stopping or SlotState.Draining;

    /// <summary>Whether a worker runs, or last ran, as something else than this.</summary>
    private static bool IsOther(WorkerSlot slot, ServiceSpec? former) =>
        !slot.IsKept || slot.Spec != former || slot.Slot.State is SlotState.Waiting or SlotState.Backoff or SlotState.Failed;

    private void Postpone(Update update, WorkerSlot slot)
    {
        // A restart changes nothing, so a rollback would take back what was changed before it.
        slot.UpdateFailure = new UpdateFailure(new UpdateObstacle.UpdatePaused(update.Service.Spec.Name, update.Former is not null));
        runner.EndUpdate(slot);
    }

    /// <summary>
    /// After a failure: what is on its way to be replaced is not, and what is new goes back where that is wanted.
    /// </summary>
    private void Stop(Update update, Action<Update> failed)
    {
        update.HasStopped = true;
        var service = update.Service;
        foreach (var slot in update.Moving.ToArray())
        {
            if (slot.Replacement is not { Leaving: false } replacement) continue;
            replacements.Dismiss(slot, replacement);
            update.Moving.Remove(slot);
            update.Wait(slot);
        }

        foreach (var slot in update.Waiting)
        {
            slot.UpdateFailure ??= new UpdateFailure(new UpdateObstacle.UpdateStopped(update.Failure!));
            runner.EndUpdate(slot);
        }

        var isPaused = IsToPause(update);
        failures.Tell(new FailureEvent.UpdateFailed(
            service.Spec.Name, update.Failure!, update.Done.Count, update.Count, RollsBack: !isPaused && update.Former is not null));
        if (isPaused && update.Former is not null) update.IsPaused = true;
        else if (update.Former is not null) failed(update);
        else Drop(update);
    }

    private void Finish(Update update)
    {
        log.UpdateDone(update.Service.Spec.Name, update.Done.Count, update.Cut);
        Drop(update);
    }

    private void Drop(Update update)
    {
        if (!_updates.Remove(update.Service)) return;
        _due.Remove(update);
        foreach (var slot in update.Moving)
            if (slot.Replacement is { Leaving: false } replacement) replacements.Dismiss(slot, replacement);
            else slot.Replacement = null;
        foreach (var slot in update.Moving.Concat(update.Waiting).ToArray()) runner.EndUpdate(slot);
    }

    private void Anew(WorkerSlot slot)
    {
        if (_stopping) return;
        slot.Renew();
        runner.Expect(slot);
        runner.Happen(slot, new SlotEvent.RestartRequested());
    }
}
