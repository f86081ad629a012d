using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>
/// The life of a slot as a function of values: (slot, event, policy, now) to (slot, actions). It asks no clock and
/// starts nothing; the loop that owns the slot runs the actions and sends what came of them back as events.
/// </summary>
internal static partial class SlotMachine
{
    /// <param name="now">Offset on the monotonic clock that all times of the slot are on.</param>
    /// <param name="roll">Randomness for the jitter of a wait, evenly spread in [0, 1).</param>
    public static Transition Step(Slot slot, SlotEvent happened, SlotPolicy policy, TimeSpan now, double roll)
    {
        if (IsStale(slot, happened)) return Stay(slot);
        if (happened is SlotEvent.ResetRequested) return new(Forgiven(slot), []);
        if (happened is SlotEvent.TreeEnded) slot = slot with { TreesEnding = Math.Max(0, slot.TreesEnding - 1) };
        if (happened is SlotEvent.DrainRequested asked && slot.State is not (SlotState.Ready or SlotState.Draining)) happened = AtOnce(asked);
        // Said of one that has gone another way meanwhile.
        if (happened is SlotEvent.Drained && slot.State is not SlotState.Draining) return Stay(slot);
        var step = new Stepping(slot, policy, now, roll);
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

    /// <summary>What serves nothing yet, or no more, has nothing to end first.</summary>
    private static SlotEvent AtOnce(SlotEvent.DrainRequested asked) =>
        asked.Then is AfterStop.Restart ? new SlotEvent.RestartRequested() : new SlotEvent.StopRequested();

    /// <summary>What runs, or is to run, does so as it did; what is counted of restarts begins anew.</summary>
    private static Slot Forgiven(Slot slot) =>
        slot with { State = slot.State is SlotState.Failed ? new SlotState.Stopped() : slot.State, Streak = 0, Restarts = 0, Attempts = [] };

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

    /// <summary>One event's worth of context, so that each state's answers read as a table.</summary>
    private readonly partial record struct Stepping(Slot Slot, SlotPolicy Policy, TimeSpan Now, double Roll)
    {
        public Transition FromStopped(SlotEvent happened) => happened switch
        {
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Start(Slot),
            // The stop of a start that was still queued: its process never came to be.
            SlotEvent.SpawnFailed => Stay(Slot),
            // A spawn that crossed the stop on its way: the process exists and must go.
            SlotEvent.Spawned => Stop(new AfterStop.Stay()),
            // Nothing runs, so nothing can be stopped, serve, exit or be late.
            _ => Stay(Slot),
        };

        public Transition FromStarting(SlotState.Starting starting, SlotEvent happened) => happened switch
        {
            SlotEvent.Launched => Become(starting with { Phase = StartPhase.Launching }),
            SlotEvent.Spawned => Judge(starting with { Phase = StartPhase.Running, Since = Now }),
            // One that is not there yet is judged when it has been started.
            SlotEvent.PolicyChanged => starting.Phase is StartPhase.Running ? Judge(starting) : Stay(Slot),
            SlotEvent.SpawnFailed failed => Retry(readyFor: null, failed.Reason),
            // One that is tried beside another process serves nobody while it waits.
            SlotEvent.NoRoom none => Policy.IsTrial ? Retry(readyFor: null, NoRoomFor(none)) : Become(new SlotState.Waiting(none.Limit)),
            SlotEvent.Serves serves => Judge(starting with { Coverage = starting.Coverage.With(serves.Port) }),
            // It goes by ports, or by its age: a word from elsewhere says nothing.
            SlotEvent.ReportedReady when Policy.Readiness is ReadinessSpec.Bind or ReadinessSpec.Delay => Stay(Slot),
            SlotEvent.ReportedReady => Report(starting),
            SlotEvent.ProbeFailed => Doubt(starting),
            SlotEvent.Checked found => Confirm(starting, found.Ports),
            SlotEvent.DeadlinePassed when IsDueToSettle(starting) => Judge(starting),
            SlotEvent.DeadlinePassed passed => Stop(
                new AfterStop.Retry($"not ready in time: {Missing(starting, passed.ProbeFailure)}", ReadyFor: null)),
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
            // A queued start takes the newest configuration by itself, which may have other ports.
            SlotEvent.RestartRequested => Become(starting with { Coverage = PortCoverage.None(Policy.Ports) }),
            // It is being started already; and whether it is alive is asked only of one that was ready.
            SlotEvent.StartRequested or SlotEvent.FoundDead or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromReady(SlotState.Ready ready, SlotEvent happened) => happened switch
        {
            SlotEvent.Exited exited => Ended(exited.Status, readyFor: Now - ready.Since),
            SlotEvent.StopRequested => Stop(new AfterStop.Stay()),
            SlotEvent.RestartRequested => Stop(new AfterStop.Restart()),
            SlotEvent.FoundDead dead => Stop(new AfterStop.Retry(dead.Reason, Now - ready.Since)),
            SlotEvent.DrainRequested asked => Become(
                new SlotState.Draining(Now + Policy.DrainTimeout, asked.Then), new SlotAction.Drain(Slot.Generation)),
            // Ready already; more sockets make it no readier, a new policy no less, and no deadline is set.
            SlotEvent.StartRequested or SlotEvent.Serves or SlotEvent.ReportedReady or SlotEvent.ProbeFailed or SlotEvent.Checked
                or SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.DeadlinePassed or SlotEvent.PolicyChanged
                or SlotEvent.TreeEnded or SlotEvent.NoRoom or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromDraining(SlotState.Draining draining, SlotEvent happened) => happened switch
        {
            SlotEvent.DeadlinePassed when !draining.IsOver => Become(
                draining with { Due = Now + Policy.DrainTimeout + Policy.Stop.GracePeriod, IsOver = true }, new SlotAction.Release(Slot.Generation)),
            SlotEvent.Drained or SlotEvent.DeadlinePassed or SlotEvent.FoundDead => Stop(draining.Then),
            SlotEvent.Exited exited => Stopped(draining.Then, exited.Status),
            SlotEvent.StopRequested => Stop(new AfterStop.Stay()),
            SlotEvent.DrainRequested asked => Become(draining with { Then = asked.Then }),
            // What it has it ends in either case.
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Become(draining with { Then = new AfterStop.Restart() }),
            // It is on its way out, and keeps the time that it was given.
            SlotEvent.Serves or SlotEvent.ReportedReady or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.Launched
                or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.PolicyChanged or SlotEvent.TreeEnded or SlotEvent.NoRoom
                or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromStopping(SlotState.Stopping stopping, SlotEvent happened) => happened switch
        {
            SlotEvent.Exited exited => Stopped(stopping.Then, exited.Status),
            // The stop was asked for while the process was being made.
            SlotEvent.Spawned => Stop(stopping.Then),
            SlotEvent.SpawnFailed failed => NeverStarted(stopping.Then, failed.Reason),
            SlotEvent.NoRoom none => NeverStarted(stopping.Then, NoRoomFor(none)),
            SlotEvent.DeadlinePassed => Become(stopping with { KillAt = null }, new SlotAction.KillTree(Slot.Generation)),
            SlotEvent.StopRequested => Become(stopping with { Then = new AfterStop.Stay() }),
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Become(stopping with { Then = new AfterStop.Restart() }),
            // On its way out: that it serves after all comes too late, and it keeps the grace that it was given.
            SlotEvent.Serves or SlotEvent.ReportedReady or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead
                or SlotEvent.Launched or SlotEvent.PolicyChanged or SlotEvent.TreeEnded or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromWaiting(SlotEvent happened) => happened switch
        {
            // No process was made of its number.
            SlotEvent.RoomMade => Become(
                new SlotState.Starting(StartPhase.Queued, Now, Due: null, PortCoverage.None(Policy.Ports)), new SlotAction.Spawn(Slot.Generation)),
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Start(Slot),
            SlotEvent.StopRequested => Become(new SlotState.Stopped()),
            // As in backoff: nothing runs.
            SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.NoRoom or SlotEvent.Serves or SlotEvent.ReportedReady
                or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead or SlotEvent.Exited or SlotEvent.DeadlinePassed
                or SlotEvent.PolicyChanged or SlotEvent.TreeEnded => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromBackoff(SlotEvent happened) => happened switch
        {
            SlotEvent.DeadlinePassed => Start(Slot with { Restarts = Slot.Restarts + 1 }),
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Start(Slot),
            SlotEvent.StopRequested => Become(new SlotState.Stopped()),
            // The generation has ended; what was still on its way from it changes nothing. The wait is as it was rolled.
            SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.Serves or SlotEvent.ReportedReady
                or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead or SlotEvent.Exited or SlotEvent.PolicyChanged
                or SlotEvent.TreeEnded or SlotEvent.NoRoom or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        public Transition FromFailed(SlotEvent happened) => happened switch
        {
            SlotEvent.StartRequested or SlotEvent.RestartRequested => Start(Slot with { Streak = 0, Restarts = 0, Attempts = [] }),
            SlotEvent.StopRequested => Become(new SlotState.Stopped()),
            // As in backoff: nothing runs.
            SlotEvent.Launched or SlotEvent.Spawned or SlotEvent.SpawnFailed or SlotEvent.Serves or SlotEvent.ReportedReady
                or SlotEvent.ProbeFailed or SlotEvent.Checked or SlotEvent.FoundDead or SlotEvent.Exited or SlotEvent.DeadlinePassed
                or SlotEvent.PolicyChanged or SlotEvent.TreeEnded or SlotEvent.NoRoom or SlotEvent.RoomMade => Stay(Slot),
            _ => throw Unanswered(happened),
        };

        private Transition Start(Slot origin, params ReadOnlySpan<SlotAction> before)
        {
            var generation = Math.Max(origin.Generation, origin.LastGiven) + 1;
            var starting = new SlotState.Starting(StartPhase.Queued, Now, Due: null, PortCoverage.None(Policy.Ports));
            return new(origin with { State = starting, Generation = generation }, [.. before, new SlotAction.Spawn(generation)]);
        }

        private Transition Stop(AfterStop then) =>
            Become(new SlotState.Stopping(Now + Policy.Stop.GracePeriod, then), new SlotAction.Send(Policy.Stop.Signal));

        /// <summary>The process that is being made is to go; it cannot be asked to yet.</summary>
        private Transition AwaitProcess(AfterStop then) => Become(new SlotState.Stopping(Now + Policy.Stop.GracePeriod, then));

        private Transition NeverStarted(AfterStop then, string reason) => then switch
        {
            AfterStop.Stay => Become(new SlotState.Stopped()),
            AfterStop.Restart => Start(Slot),
            _ => Retry(readyFor: null, reason),
        };

        private Transition Stopped(AfterStop then, ExitStatus status)
        {
            var (ended, sweep) = Sweep(status);
            return then switch
            {
                AfterStop.Stay => new(ended with { State = new SlotState.Stopped() }, [sweep]),
                AfterStop.Restart => Start(ended, sweep),
                AfterStop.Retry retry => (this with { Slot = ended }).Retry(retry.ReadyFor, retry.Reason, sweep),
                _ => throw new InvalidOperationException($"no such continuation: {then}"),
            };
        }

        /// <summary>The process ended by itself.</summary>
        private Transition Ended(ExitStatus status, TimeSpan? readyFor)
        {
            var (ended, sweep) = Sweep(status);
            if (Policy.IsTrial) return new(ended with { State = new SlotState.Failed(status.ToString()) }, [sweep]);
            return Policy.Restart.When switch
            {
                RestartWhen.OnFailure or RestartWhen.No when status.Success => new(ended with { State = new SlotState.Stopped() }, [sweep]),
                RestartWhen.No => new(ended with { State = new SlotState.Failed($"{status}, and restart policy is 'no'") }, [sweep]),
                _ => (this with { Slot = ended }).Retry(readyFor, status.ToString(), sweep),
            };
        }

        private (Slot Ended, SlotAction Sweep) Sweep(ExitStatus status) =>
            (Slot with { LastExit = status, TreesEnding = Slot.TreesEnding + 1 }, new SlotAction.KillTree(Slot.Generation));

        private Transition Retry(TimeSpan? readyFor, string reason, params ReadOnlySpan<SlotAction> before)
        {
            // A program that cannot even be started is not tried again where the policy wants no restarts.
            if (Policy.Restart.When == RestartWhen.No || Policy.IsTrial)
                return new(Slot with { State = new SlotState.Failed(reason) }, [.. before]);
            if (RestartDelay.Admit(Policy.Restart, Slot.Attempts, Now) is not { } attempts)
                return new(Slot with { State = new SlotState.Failed(GaveUp(reason)) }, [.. before]);

            var streak = readyFor >= Policy.Restart.ResetAfter ? 0 : Slot.Streak;
            if (readyFor > RestartDelay.ReadyEnough)
                return Start(Slot with { Restarts = Slot.Restarts + 1, Streak = streak, Attempts = attempts }, before);

            var delay = RestartDelay.Next(Policy.Restart, streak, Roll);
            return new(
                Slot with { State = new SlotState.Backoff(Now + delay, delay, reason), Streak = streak + 1, Attempts = attempts },
                [.. before]);
        }

        private static string NoRoomFor(SlotEvent.NoRoom none) => $"no room: {none.Limit}";

        private string GaveUp(string reason) => string.Create(
            CultureInfo.InvariantCulture,
            $"gave up after {Policy.Restart.MaxAttempts} restarts in {Policy.Restart.Window.TotalSeconds:0.###} s; the last: {reason}");

        private Transition Become(SlotState state, params ReadOnlySpan<SlotAction> actions) =>
            new(Slot with { State = state }, [.. actions]);

        private static InvalidOperationException Unanswered(SlotEvent happened) => new($"no such slot event: {happened}");
    }
}
