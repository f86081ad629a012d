using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <content>Starts and stops, and the steps after the end of a process.</content>
internal static partial class SlotMachine
{
    private readonly partial record struct Stepping
    {
        private Transition Start(Slot origin, params ReadOnlySpan<SlotAction> before)
        {
            var generation = Math.Max(origin.Generation, origin.LastGiven) + 1;
            var starting = new SlotState.Starting(StartPhase.Queued, Now, Due: null, PortCoverage.None(Policy.Ports));
            return new(origin with { State = starting, Generation = generation }, [.. before, new SlotAction.Spawn(generation)]);
        }

        private Transition Stop(AfterStop then) =>
            Become(new SlotState.Stopping(Now + Policy.Stop.GracePeriod, then), new SlotAction.Send(Policy.Stop.Signal));

        /// <summary>Stops a process that is being made; it can be signalled only when it exists.</summary>
        private Transition AwaitProcess(AfterStop then) => Become(new SlotState.Stopping(Now + Policy.Stop.GracePeriod, then));

        private Transition NeverStarted(AfterStop then, SlotFailure failure) => then switch
        {
            AfterStop.Stay => Become(new SlotState.Stopped()),
            AfterStop.Restart => Start(Slot),
            _ => Retry(readyFor: null, failure),
        };

        private Transition Stopped(AfterStop then, ExitStatus status)
        {
            var (ended, sweep) = Sweep(status);
            return then switch
            {
                AfterStop.Stay => new(ended with { State = new SlotState.Stopped() }, [sweep]),
                AfterStop.Restart => Start(ended, sweep),
                AfterStop.Retry retry => (this with { Slot = ended }).Retry(retry.ReadyFor, retry.Failure, sweep),
                _ => throw new InvalidOperationException($"no such continuation: {then}"),
            };
        }

        /// <summary>The process ended by itself.</summary>
        private Transition Ended(ExitStatus status, TimeSpan? readyFor)
        {
            var (ended, sweep) = Sweep(status);
            if (Policy.IsTrial) return new(ended with { State = new SlotState.Failed(new SlotFailure.Ended(status)) }, [sweep]);
            return Policy.Restart.When switch
            {
                RestartWhen.OnFailure or RestartWhen.No when status.Success =>
                    new(ended with { State = new SlotState.Stopped() }, [sweep]),
                RestartWhen.No =>
                    new(ended with { State = new SlotState.Failed(new SlotFailure.EndedForGood(status)) }, [sweep]),
                _ => (this with { Slot = ended }).Retry(readyFor, new SlotFailure.Ended(status), sweep),
            };
        }

        private (Slot Ended, SlotAction Sweep) Sweep(ExitStatus status) =>
            (Slot with { LastExit = status, TreesEnding = Slot.TreesEnding + 1 }, new SlotAction.KillTree(Slot.Generation));

        private Transition Retry(TimeSpan? readyFor, SlotFailure failure, params ReadOnlySpan<SlotAction> before)
        {
            // Without restarts, a program that cannot be started is not tried again.
            if (Policy.Restart.When == RestartWhen.No || Policy.IsTrial)
                return new(Slot with { State = new SlotState.Failed(failure) }, [.. before]);
            if (RestartDelay.Admit(Policy.Restart, Slot.Attempts, Now) is not { } attempts)
                return new(Slot with { State = new SlotState.Failed(GaveUp(failure)) }, [.. before]);

            var streak = readyFor >= Policy.Restart.ResetAfter ? 0 : Slot.Streak;
            if (readyFor > RestartDelay.ReadyEnough)
                return Start(Slot with { Restarts = Slot.Restarts + 1, Streak = streak, Attempts = attempts }, before);

            var delay = RestartDelay.Next(Policy.Restart, streak, Jitter);
            return new(
                Slot with
                {
                    State = new SlotState.Backoff(Now + delay, delay, failure), Streak = streak + 1, Attempts = attempts,
                },
                [.. before]);
        }

        private SlotFailure.GaveUp GaveUp(SlotFailure last) =>
            new SlotFailure.GaveUp(Policy.Restart.MaxAttempts, Policy.Restart.Window, last);
    }
}
