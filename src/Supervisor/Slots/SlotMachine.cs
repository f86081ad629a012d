using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>
/// The state machine of a slot as a pure function: (slot, event, policy, now) to (slot, actions). The loop that owns the slot
/// runs the actions, and sends their results back as events.
/// </summary>
internal static partial class SlotMachine
{
    /// <param name="now">Offset on the monotonic clock of all times of the slot.</param>
    /// <param name="jitter">Randomness for the jitter of a wait, evenly spread in [0, 1).</param>
    public static Transition Step(Slot slot, SlotEvent happened, SlotPolicy policy, TimeSpan now, double jitter)
    {
        if (IsStale(slot, happened)) return Stay(slot);
        if (happened is SlotEvent.ResetRequested) return new(Cleared(slot), []);
        if (happened is SlotEvent.TreeEnded) slot = slot with { TreesEnding = Math.Max(0, slot.TreesEnding - 1) };
        if (happened is SlotEvent.DrainRequested asked && slot.State is not (SlotState.Ready or SlotState.Draining))
            happened = AtOnce(asked);
        // The process is no longer draining: the event came late.
        if (happened is SlotEvent.Drained && slot.State is not SlotState.Draining) return Stay(slot);
        var step = new Stepping(slot, policy, now, jitter);
        return slot.State switch
        {
            SlotState.Stopped => step.FromStopped(happened),
            SlotState.Starting starting => step.FromStarting(starting, happened),
            SlotState.Ready ready => step.FromReady(ready, happened),
            SlotState.Draining draining => step.FromDraining(draining, happened),
            SlotState.Stopping stopping => step.FromStopping(stopping, happened),
            SlotState.Waiting => step.FromWaiting(happened),
            SlotState.Backoff => step.FromBackoff(happened),
            SlotState.Failed => step.FromFailed(happened),
            _ => throw new InvalidOperationException($"no such slot state: {slot.State}"),
        };
    }

    private static Transition Stay(Slot slot) => new(slot, []);

    /// <summary>A process that does not serve need not drain.</summary>
    private static SlotEvent AtOnce(SlotEvent.DrainRequested asked) =>
        asked.Then is AfterStop.Restart ? new SlotEvent.RestartRequested() : new SlotEvent.StopRequested();

    /// <summary>Clears the failure and the counts of restarts; a process that runs or waits is not affected.</summary>
    private static Slot Cleared(Slot slot) => slot with {
        State = slot.State is SlotState.Failed ? new SlotState.Stopped() : slot.State,
        Streak = 0,
        Restarts = 0,
        Attempts = [],
    };

    private static bool IsStale(Slot slot, SlotEvent happened) => happened switch
    {
        SlotEvent.Spawned spawned => spawned.Generation != slot.Generation,
        SlotEvent.Launched launched => launched.Generation != slot.Generation,
        SlotEvent.SpawnFailed failed => failed.Generation != slot.Generation,
        SlotEvent.NoRoom none => none.Generation != slot.Generation,
        SlotEvent.Serves serves => serves.Generation != slot.Generation,
        SlotEvent.ReportedReady ready => ready.Generation != slot.Generation,
        SlotEvent.ProbeFailed failed => failed.Generation != slot.Generation,
        SlotEvent.Checked found => found.Generation != slot.Generation,
        SlotEvent.FoundDead dead => dead.Generation != slot.Generation,
        SlotEvent.Exited exited => exited.Generation != slot.Generation,
        SlotEvent.Drained drained => drained.Generation != slot.Generation,
        _ => false,
    };

    /// <summary>The context of one event, so that the answers of each state read as a table.</summary>
    private readonly partial record struct Stepping(Slot Slot, SlotPolicy Policy, TimeSpan Now, double Jitter)
    {
        public Transition FromStopped(SlotEvent happened) => happened switch
        {
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Start(Slot),
            // The start was stopped while it was queued; no process was made.
            SlotEvent.SpawnFailed => Stay(Slot),
            // The process was made before the stop took effect, so it must be stopped.
            SlotEvent.Spawned => Stop(new AfterStop.Stay()),
            // No process runs, so no other event has an effect.
            _ => Stay(Slot),
        };

        public Transition FromStarting(SlotState.Starting starting, SlotEvent happened) => happened switch
        {
            SlotEvent.Launched => Become(starting with { Phase = StartPhase.Launching }),
            SlotEvent.Spawned => Judge(starting with { Phase = StartPhase.Running, Since = Now }),
            // A process that is not made yet is judged after its start.
            SlotEvent.PolicyChanged => starting.Phase is StartPhase.Running ? Judge(starting) : Stay(Slot),
            SlotEvent.SpawnFailed failed => Retry(readyFor: null, new SlotFailure.NotStarted(failed.Error)),
            // A replacement does not wait for room: the old process serves on.
            SlotEvent.NoRoom none =>
                Policy.IsTrial
                    ? Retry(readyFor: null, new SlotFailure.NoRoom(none.Limit))
                    : Become(new SlotState.Waiting(none.Limit)),
            SlotEvent.Serves serves => Judge(starting with { Coverage = starting.Coverage.With(serves.Port) }),
            // Readiness depends on ports or on age here; a report does not count.
            SlotEvent.ReportedReady when Policy.Readiness is ReadinessSpec.Bind or ReadinessSpec.Delay => Stay(Slot),
            SlotEvent.ReportedReady => Report(starting),
            SlotEvent.ProbeFailed failed => Doubt(starting, failed.Failure),
            SlotEvent.Checked found => Confirm(starting, found.Ports),
            SlotEvent.DeadlinePassed when IsDueToSettle(starting) => Judge(starting),
            SlotEvent.DeadlinePassed => Stop(
                new AfterStop.Retry(new SlotFailure.NotReady(Missing(starting)), ReadyFor: null)),
            SlotEvent.Exited exited => Ended(exited.Status, readyFor: null),
            SlotEvent.StopRequested => starting.Phase switch
            {
                StartPhase.Queued => Become(new SlotState.Stopped()),
                StartPhase.Launching => AwaitProcess(new AfterStop.Stay()),
                _ => Stop(new AfterStop.Stay()),
            },
            SlotEvent.RestartRequested when starting.Phase is StartPhase.Launching => AwaitProcess(new AfterStop.Restart()),
            SlotEvent.RestartRequested when starting.Phase is StartPhase.Running => Stop(new AfterStop.Restart()),
            SlotEvent.TreeEnded => starting.IsHeld ? GetReady(starting) : Stay(Slot),
            // A queued start uses the newest configuration, which may have other ports.
            SlotEvent.RestartRequested => Become(starting with { Coverage = PortCoverage.None(Policy.Ports) }),
            // The process is starting already. Liveness is probed only after readiness.
            SlotEvent.StartRequested or SlotEvent.FoundDead or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromReady(SlotState.Ready ready, SlotEvent happened) => happened switch
        {
            SlotEvent.Exited exited => Ended(exited.Status, readyFor: Now - ready.Since),
            SlotEvent.StopRequested => Stop(new AfterStop.Stay()),
            SlotEvent.RestartRequested => Stop(new AfterStop.Restart()),
            SlotEvent.FoundDead dead => Stop(new AfterStop.Retry(dead.Failure, Now - ready.Since)),
            SlotEvent.DrainRequested asked => Become(
                new SlotState.Draining(Now + Policy.DrainTimeout, asked.Then), new SlotAction.Drain(Slot.Generation)),
            // A ready process stays ready: sockets, reports and policies do not matter, and no deadline is set.
            SlotEvent.StartRequested or SlotEvent.Serves or SlotEvent.ReportedReady or SlotEvent.ProbeFailed or SlotEvent.Checked
                or SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.DeadlinePassed
                or SlotEvent.PolicyChanged
                or SlotEvent.TreeEnded or SlotEvent.NoRoom or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromDraining(SlotState.Draining draining, SlotEvent happened) => happened switch
        {
            SlotEvent.DeadlinePassed when !draining.IsOver => Become(
                draining with { Due = Now + Policy.DrainTimeout + Policy.Stop.GracePeriod, IsOver = true },
                new SlotAction.Release(Slot.Generation)),
            SlotEvent.Drained or SlotEvent.DeadlinePassed or SlotEvent.FoundDead => Stop(draining.Then),
            SlotEvent.Exited exited => Stopped(draining.Then, exited.Status),
            SlotEvent.StopRequested => Stop(new AfterStop.Stay()),
            SlotEvent.DrainRequested asked => Become(draining with { Then = asked.Then }),
            // The process drains in either case; only the next step changes.
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Become(draining with { Then = new AfterStop.Restart() }),
            // A draining process keeps its deadline.
            SlotEvent.Serves or SlotEvent.ReportedReady or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.Launched
                or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.PolicyChanged or SlotEvent.TreeEnded
                or SlotEvent.NoRoom
                or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromStopping(SlotState.Stopping stopping, SlotEvent happened) => happened switch
        {
            SlotEvent.Exited exited => Stopped(stopping.Then, exited.Status),
            // The stop was requested while the process was being made.
            SlotEvent.Spawned => Stop(stopping.Then),
            SlotEvent.SpawnFailed failed => NeverStarted(stopping.Then, new SlotFailure.NotStarted(failed.Error)),
            SlotEvent.NoRoom none => NeverStarted(stopping.Then, new SlotFailure.NoRoom(none.Limit)),
            SlotEvent.DeadlinePassed => Become(stopping with { KillAt = null }, new SlotAction.KillTree(Slot.Generation)),
            SlotEvent.StopRequested => Become(stopping with { Then = new AfterStop.Stay() }),
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Become(stopping with { Then = new AfterStop.Restart() }),
            // A stopping process keeps its grace period, even if it serves after all.
            SlotEvent.Serves or SlotEvent.ReportedReady or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead
                or SlotEvent.Launched or SlotEvent.PolicyChanged or SlotEvent.TreeEnded or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromWaiting(SlotEvent happened) => happened switch
        {
            // The generation has no process yet, so it is used again.
            SlotEvent.RoomMade => Become(
                new SlotState.Starting(StartPhase.Queued, Now, Due: null, PortCoverage.None(Policy.Ports)),
                new SlotAction.Spawn(Slot.Generation)),
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Start(Slot),
            SlotEvent.StopRequested => Become(new SlotState.Stopped()),
            // As in backoff: no process runs.
            SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.NoRoom or SlotEvent.Serves
                or SlotEvent.ReportedReady
                or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead or SlotEvent.Exited
                or SlotEvent.DeadlinePassed
                or SlotEvent.PolicyChanged or SlotEvent.TreeEnded => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromBackoff(SlotEvent happened) => happened switch
        {
            SlotEvent.DeadlinePassed => Start(Slot with { Restarts = Slot.Restarts + 1 }),
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Start(Slot),
            SlotEvent.StopRequested => Become(new SlotState.Stopped()),
            // The generation has ended, so its late events change nothing. A new policy does not change the wait.
            SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.Serves or SlotEvent.ReportedReady
                or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead or SlotEvent.Exited
                or SlotEvent.PolicyChanged
                or SlotEvent.TreeEnded or SlotEvent.NoRoom or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromFailed(SlotEvent happened) => happened switch
        {
            SlotEvent.StartRequested or SlotEvent.RestartRequested =>
                Start(Slot with { Streak = 0, Restarts = 0, Attempts = [] }),
            SlotEvent.StopRequested => Become(new SlotState.Stopped()),
            // As in backoff: no process runs.
            SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.Serves or SlotEvent.ReportedReady
                or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead or SlotEvent.Exited
                or SlotEvent.DeadlinePassed
                or SlotEvent.PolicyChanged or SlotEvent.TreeEnded or SlotEvent.NoRoom or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        private Transition Become(SlotState state, params ReadOnlySpan<SlotAction> actions) =>
            new(Slot with { State = state }, [.. actions]);

        private static InvalidOperationException Unanswered(SlotEvent happened) => new($"no such slot event: {happened}");
    }
}
