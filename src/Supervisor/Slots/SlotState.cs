using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>The state of a slot. All times are offsets on the daemon's monotonic clock.</summary>
internal abstract record SlotState
{
    private SlotState() { }

    public abstract WorkerState Kind { get; }

    /// <summary>The time at which <see cref="SlotEvent.DeadlinePassed"/> is due; null for never.</summary>
    public virtual TimeSpan? Deadline => null;

    /// <summary>True if a process of the current generation exists or is being made.</summary>
    public virtual bool HasProcess => false;

    /// <summary>True if a process starts or ends, so that the state changes without a further request.</summary>
    public bool IsChanging => this is Starting or Stopping or Draining;

    /// <summary>No process, and none is to start.</summary>
    internal sealed record Stopped : SlotState
    {
        public override WorkerState Kind => WorkerState.Stopped;
    }

    /// <summary>The process is being made, or is not ready yet.</summary>
    /// <param name="Since">The time at which the process was started.</param>
    /// <param name="Due">End of the timeout; during the settle time, or for readiness by delay, when the process becomes
    /// ready.</param>
    internal sealed record Starting(StartPhase Phase, TimeSpan Since, TimeSpan? Due, PortCoverage Coverage) : SlotState
    {
        /// <summary>The process serves; it becomes ready when no process of earlier trees is left.</summary>
        public bool IsHeld { get; init; }

        /// <summary>
        /// The time since which the process meets its readiness condition without a break; null if it does not.
        /// </summary>
        public TimeSpan? ServesSince { get; init; }

        /// <summary>The failure of the newest readiness probe; null if it succeeded or none has ended.</summary>
        public string? ProbeFailure { get; init; }

        /// <summary>The kernel is asked whether the process still has the sockets that it served by.</summary>
        public bool IsChecked { get; init; }

        /// <summary>End of the settle time; null while the process does not serve.</summary>
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

    /// <summary>The process gets no new connections, and is stopped when it has none left.</summary>
    /// <param name="Due">
    /// The time at which the process is stopped even with connections. If <paramref name="IsOver"/>, the time at which it is
    /// stopped without waiting for its turn.
    /// </param>
    /// <param name="IsOver">The time to drain is over.</param>
    internal sealed record Draining(TimeSpan Due, AfterStop Then, bool IsOver = false) : SlotState
    {
        public override WorkerState Kind => WorkerState.Draining;
        public override TimeSpan? Deadline => Due;
        public override bool HasProcess => true;
    }

    /// <summary>The process was sent its stop signal.</summary>
    /// <param name="KillAt">End of the grace period; null after its tree was killed.</param>
    internal sealed record Stopping(TimeSpan? KillAt, AfterStop Then) : SlotState
    {
        public override WorkerState Kind => WorkerState.Stopping;
        public override TimeSpan? Deadline => KillAt;
        public override bool HasProcess => true;
    }

    /// <summary>No process: a limit has no room for it. The process starts when there is room.</summary>
    /// <param name="Limit">Description of the limit, for messages.</param>
    internal sealed record Waiting(string Limit) : SlotState
    {
        public override WorkerState Kind => WorkerState.Waiting;
    }

    /// <summary>No process; the next start is at <paramref name="Until"/>.</summary>
    /// <param name="Reason">The reason why the last process ended or failed to start.</param>
    internal sealed record Backoff(TimeSpan Until, TimeSpan Delay, SlotFailure Failure) : SlotState
    {
        public override WorkerState Kind => WorkerState.Backoff;
        public override TimeSpan? Deadline => Until;
    }

    /// <summary>No process; the next start needs a request.</summary>
    internal sealed record Failed(SlotFailure Failure) : SlotState
    {
        public override WorkerState Kind => WorkerState.Failed;
    }
}

/// <summary>The stage of a process's start.</summary>
internal enum StartPhase
{
    /// <summary>The start is queued.</summary>
    Queued,

    /// <summary>The process is being made.</summary>
    Launching,

    /// <summary>The process runs its program.</summary>
    Running,
}

/// <summary>The step that follows the end of a stopped process.</summary>
internal abstract record AfterStop
{
    private AfterStop() { }

    internal sealed record Stay : AfterStop;

    internal sealed record Restart : AfterStop;

    /// <summary>Treat the end as a failure of the process.</summary>
    /// <param name="Reason">The reason why the process was stopped.</param>
    /// <param name="ReadyFor">The time for which the process was ready; null if it never was.</param>
    internal sealed record Retry(SlotFailure Failure, TimeSpan? ReadyFor) : AfterStop;
}
