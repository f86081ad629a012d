namespace Reuseportd.Runtime.Snapshots;

/// <summary>A process of a worker that is not, or not any more, the one that it is shown by, and does not serve.</summary>
/// <param name="Process">What is known of it: its state, what it bound, why it failed.</param>
/// <param name="WayOut">What helps where it cannot serve beside the worker's own; null where nobody can say yet.</param>
internal sealed record Attempt(AttemptKind Kind, WorkerSnapshot Process, string? WayOut = null)
{
    /// <summary>Word of the state of a process that has come to nothing, and that nobody tries again by itself.</summary>
    public const string Over = "over";
}

internal enum AttemptKind
{
    /// <summary>Is to take the worker's place, and starts.</summary>
    Replacement,

    /// <summary>Was to take its place, and came to nothing.</summary>
    FailedReplacement,

    /// <summary>Failed before the one that starts now, which has not bound anything yet.</summary>
    LastTry,
}
