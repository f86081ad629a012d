using Reuseportd.Planning;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>A process of a worker beside its own process, which does not serve.</summary>
/// <param name="Process">The facts of that process.</param>
/// <param name="Remedy">What helps if the process cannot run beside the worker's own; null where nobody can say yet.</param>
internal sealed record Attempt(AttemptKind Kind, WorkerSnapshot Process, UpdateRemedy? Remedy = null);

internal enum AttemptKind
{
    /// <summary>The replacement of the worker's process; it starts.</summary>
    Replacement,

    /// <summary>The replacement of the worker's process; it failed.</summary>
    FailedReplacement,

    /// <summary>The process that failed before the present one, which has not bound a socket yet.</summary>
    LastTry,
}
