using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>What a slot is doing. All times are offsets on the daemon's monotonic clock.</summary>
internal abstract record SlotState
{
    private SlotState() { }

    public abstract WorkerState Kind { get; }

    /// <summary>When <see cref="SlotEvent.DeadlinePassed"/> is due, or null for never.</summary>
    public virtual TimeSpan? Deadline => null;

    /// <summary>Whether a process of the current generation exists or is about to.</summary>
    public virtual bool HasProcess => false;

    /// <summary>No process, and none wanted.</summary>
    internal sealed record Stopped : SlotState
    {
        public override WorkerState Kind => WorkerState.Stopped;
    }

    /// <summary>A process is being made, or does not serve yet.</summary>
    /// <param name="Since">When the process was started.</param>
    /// <param name="Due">When it must be ready; for readiness by delay, and while it settles, when it is.</param>
    internal sealed record Starting(StartPhase Phase, TimeSpan Since, TimeSpan? Due, PortCoverage Coverage) : SlotState
    {
        /// <summary>It serves, and is ready as soon as nothing is left of the processes before it.</summary>
        public bool IsHeld { get; init; }

        /// <summary>Since when it fulfils the condition of its readiness without a break; null while it does not.</summary>
        public TimeSpan? ServesSince { get; init; }

        /// <summary>The kernel is asked whether it still has the sockets that it served by.</summary>
        public bool IsChecked { get; init; }

        /// <summary>When it has settled; null while it does not serve.</summary>
        public TimeSpan? SettledAt(ReadinessSpec readiness) => ServesSince + readiness.Settle;

        public override WorkerState Kind => WorkerState.Starting;
        public override TimeSpan? Deadline => Due;
        public override bool HasProcess => true;
    }

    internal sealed record Ready(TimeSpan Since) : SlotState
    {
        public override WorkerState Kind => WorkerState.Ready;
        public override bool HasProcess => true;
    }

    /// <summary>The process serves what it has, is given nothing new, and is asked to end once it has nothing left.</summary>
    /// <param name="Due">
    /// When it is asked to end whatever it has; or, where its time is over, without waiting for its turn any longer.
    /// </param>
    /// <param name="IsOver">It has had its time.</param>
    internal sealed record Draining(TimeSpan Due, AfterStop Then, bool IsOver = false) : SlotState
    {
        public override WorkerState Kind => WorkerState.Draining;
        public override TimeSpan? Deadline => Due;
        public override bool HasProcess => true;
    }

    /// <summary>The process was asked to end.</summary>
    /// <param name="KillAt">End of the grace period; null once its tree was killed.</param>
    internal sealed record Stopping(TimeSpan? KillAt, AfterStop Then) : SlotState
    {
        public override WorkerState Kind => WorkerState.Stopping;
        public override TimeSpan? Deadline => KillAt;
        public override bool HasProcess => true;
    }

    /// <summary>No process: a limit has no room for one more. It starts when there is room.</summary>
    /// <param name="Limit">Which, for people.</param>
    internal sealed record Waiting(string Limit) : SlotState
    {
        public override WorkerState Kind => WorkerState.Waiting;
    }

    /// <summary>No process; the next try is at <paramref name="Until"/>.</summary>
    /// <param name="Reason">Why the last one came to nothing.</param>
    internal sealed record Backoff(TimeSpan Until, TimeSpan Delay, string Reason) : SlotState
    {
        public override WorkerState Kind => WorkerState.Backoff;
        public override TimeSpan? Deadline => Until;
    }

    /// <summary>No process, and no further try until somebody asks.</summary>
    internal sealed record Failed(string Reason) : SlotState
    {
        public override WorkerState Kind => WorkerState.Failed;
    }
}

/// <summary>How far the start of a process is.</summary>
internal enum StartPhase
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>The process is being made.</summary>
    Launching,

    /// <summary>The process runs its program.</summary>
    Running,
}

/// <summary>What follows the end of a process that was asked to end.</summary>
internal abstract record AfterStop
{
    private AfterStop() { }

    internal sealed record Stay : AfterStop;

    internal sealed record Restart : AfterStop;

    /// <summary>As if it had failed by itself.</summary>
    /// <param name="Reason">Why it was asked to end.</param>
    /// <param name="ReadyFor">How long it had been ready; null where it never was.</param>
    internal sealed record Retry(string Reason, TimeSpan? ReadyFor) : AfterStop;
}
