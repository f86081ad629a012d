using Reuseportd.Linux.Spawning;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>A failure, at the moment that the loop learns of it.</summary>
internal abstract record FailureEvent
{
    private FailureEvent() { }

    /// <summary>A bind or listen of a worker failed.</summary>
    internal sealed record BindFailed(WorkerName Worker, BindOutcome Outcome) : FailureEvent;

    /// <summary>A worker was not ready before its timeout.</summary>
    internal sealed record ReadinessTimedOut(WorkerName Worker) : FailureEvent;

    /// <summary>A worker went into backoff, or has failed for good.</summary>
    internal sealed record WorkerFailed(WorkerName Worker) : FailureEvent;

    /// <summary>The preload library in a process is silent.</summary>
    internal sealed record LibrarySilent(WorkerName Worker, int Pid, PreloadDiagnosis Silence) : FailureEvent;

    /// <summary>An update stopped.</summary>
    /// <param name="Done">Workers that are replaced.</param>
    /// <param name="Count">All workers of the update.</param>
    internal sealed record UpdateFailed(string Service, UpdateStop Cause, int Done, int Count, bool RollsBack) : FailureEvent;
}

/// <summary>Is told of failures by the loop's thread, so it must not block.</summary>
internal interface IFailureListener
{
    void Tell(FailureEvent failure);
}
