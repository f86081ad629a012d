using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>A failure, as the loop reports it at once.</summary>
internal abstract record FailureEvent
{
    private FailureEvent() { }

    /// <summary>A bind or listen of a worker failed.</summary>
    internal sealed record BindFailed(WorkerName Worker, BindOutcome Outcome) : FailureEvent;

    /// <summary>A worker was not ready before its timeout.</summary>
    internal sealed record ReadinessTimedOut(WorkerName Worker) : FailureEvent;

    /// <summary>A worker is in backoff, or in the state failed.</summary>
    internal sealed record WorkerFailed(WorkerName Worker) : FailureEvent;

    /// <summary>The preload library in a process is silent.</summary>
    /// <param name="Method">The method that reaches the process; another one than the library shares the port.</param>
    internal sealed record LibrarySilent(
        WorkerName Worker, int Pid, PreloadDiagnosis Silence, ShardingMethod Method) : FailureEvent;

    /// <summary>Processes of a service use a method for the first time. It is a failure only if the port is not shared.</summary>
    /// <param name="Wanted">The configured method.</param>
    internal sealed record MethodUsed(string Service, MethodChoice Method) : FailureEvent;

    /// <summary>An update stopped.</summary>
    /// <param name="Done">Number of replaced workers.</param>
    /// <param name="Count">Number of workers in the update.</param>
    internal sealed record UpdateFailed(string Service, UpdateStop Cause, int Done, int Count, bool RollsBack) : FailureEvent;
}

/// <summary>Receives failures on the loop's thread. Must not block.</summary>
internal interface IFailureListener
{
    void Tell(FailureEvent failure);
}
