using Reuseportd.Planning.RollingUpdates;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>A process of a worker that does not serve, beside the worker's own process.</summary>
/// <param name="Process">The facts of that process.</param>
/// <param name="Remedy">The remedy if the process cannot run beside the worker's own; null if it is not known yet.</param>
internal sealed record Attempt(AttemptKind Kind, WorkerSnapshot Process, UpdateRemedy? Remedy = null);

internal enum AttemptKind
{
    /// <summary>A replacement of the worker's process that is starting.</summary>
    Replacement,

    /// <summary>A replacement of the worker's process that has failed.</summary>
    FailedReplacement,

    /// <summary>The failed process before the present process. The present process has not bound a socket yet.</summary>
    LastTry,
}
