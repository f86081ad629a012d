using Reuseportd.Observability.Events;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Updates;

/// <summary>Carries out the actions of rolling updates. Only the loop's thread uses it.</summary>
internal sealed class UpdateActions(
    SlotTable slots,
    SlotRunner runner,
    SettleTable settles,
    ReplacementSlots replacements,
    UpdateFailures notReplaced,
    ILogger log,
    IFailureListener failures)
{
    private bool _isStopping;

    /// <summary>Handles the stop of the daemon: no worker is restarted from now on.</summary>
    public void StopRestarting() => _isStopping = true;

    public void Do(Update update, UpdateAction action)
    {
        var name = update.Service.Spec.Name;
        switch (action)
        {
            case UpdateAction.LogBegun:
                log.UpdateBegun(name, update.IsRollback);
                break;
            case UpdateAction.LogPaused:
                log.UpdatePaused(name, update.State.Waiting.Count);
                break;
            case UpdateAction.LogResumed:
                log.UpdateResumed(name);
                break;
            case UpdateAction.LogFailed failed:
                failures.Tell(new FailureEvent.UpdateFailed(
                    name, update.Failure!, update.Done.Count, update.Count, failed.RollsBack));
                break;
            case UpdateAction.LogDone:
                log.UpdateDone(name, update.Done.Count, update.Cut);
                break;
            case UpdateAction.RenewAll:
                foreach (var slot in slots.Of(update.Service)) slot.Renew();
                break;
            case UpdateAction.OfWorker one:
                Do(update, update.Slot(one.Worker), one);
                update.Note(update.Slot(one.Worker));
                break;
            default:
                throw new InvalidOperationException($"no such update action: {action}");
        }
    }

    private void Do(Update update, WorkerSlot slot, UpdateAction.OfWorker action)
    {
        switch (action)
        {
            case UpdateAction.Renew:
                slot.Renew();
                break;
            case UpdateAction.Keep:
                if (!slot.IsKept) slot.Keep(update.Former!);
                break;
            case UpdateAction.Await:
                settles.BeginUpdate(slot);
                break;
            case UpdateAction.Release:
                settles.EndUpdate(slot);
                break;
            case UpdateAction.LogReplaced:
                log.Updated(slot.Name, slot.Process?.Handle.Pid ?? 0, slot.Slot.Generation, update.Done.Count, update.Count);
                break;
            case UpdateAction.Explain explain:
                Explain(update, slot, explain.Why);
                break;
            case UpdateAction.RestartUnchanged:
                Restart(slot);
                break;
            case UpdateAction.RestartRenewed:
                RestartRenewed(slot);
                break;
            case UpdateAction.ReplaceInPlace:
                slot.RenewAtEnd();
                runner.Apply(slot, new SlotEvent.DrainRequested(new AfterStop.Restart()));
                break;
            case UpdateAction.StartReplacement:
                replacements.Start(slot);
                break;
            case UpdateAction.Exchange:
                replacements.Exchange(slot, replacements.Of(slot)!);
                break;
            case UpdateAction.Dismiss:
                if (replacements.Of(slot) is { } replacement) replacements.Dismiss(slot, replacement);
                break;
            case UpdateAction.Detach:
                replacements.Detach(slot);
                break;
            default:
                throw new InvalidOperationException($"no such update action: {action}");
        }
    }

    private void Explain(Update update, WorkerSlot slot, NotReplaced why)
    {
        switch (why)
        {
            case NotReplaced.ProcessFailed failed:
                var fallen = FailedReplacement.In(
                    (failed.IsReplacement ? replacements.Of(slot) : null) ?? slot,
                    UpdateRemedy.For(failed.Remedy, update.Service.Spec));
                notReplaced.Set(slot, new UpdateFailure(new UpdateObstacle.ReplacementFailed(), fallen));
                update.NoteFailure(new UpdateStop.ReplacementFailed(slot.Name, fallen.Facts));
                break;
            case NotReplaced.TooFewReady few:
                notReplaced.Set(slot, new UpdateFailure(new UpdateObstacle.TooFewReady(few.Ready, few.Wanted)));
                update.NoteFailure(new UpdateStop.TooFewReady(few.Ready, few.Wanted));
                break;
            // The worker's own failure has more details.
            case NotReplaced.UpdateStopped:
                notReplaced.SetFirst(slot, new UpdateFailure(new UpdateObstacle.UpdateStopped(update.Failure!)));
                break;
            case NotReplaced.UpdatePaused paused:
                notReplaced.Set(slot, new UpdateFailure(
                    new UpdateObstacle.UpdatePaused(update.Service.Spec.Name, paused.CanRollBack)));
                break;
            default:
                throw new InvalidOperationException($"no such reason: {why}");
        }
    }

    private void Restart(WorkerSlot slot)
    {
        settles.Expect(slot);
        runner.Apply(slot, new SlotEvent.RestartRequested());
    }

    private void RestartRenewed(WorkerSlot slot)
    {
        settles.ContinueWithRestart(slot);
        if (_isStopping) return;
        slot.Renew();
        Restart(slot);
    }
}
