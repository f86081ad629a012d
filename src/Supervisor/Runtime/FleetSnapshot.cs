using Reuseportd.Model;

namespace Reuseportd.Runtime;

/// <summary>The fleet at one moment, as the loop saw it. Times are offsets on the daemon's monotonic clock.</summary>
internal sealed record FleetSnapshot(TimeSpan Now, FleetCounts Counts, ValueList<WorkerSnapshot> Workers);

/// <summary>One worker at that moment.</summary>
/// <param name="State">Word of the slot state.</param>
/// <param name="Pid">Process id, or null where no process runs.</param>
/// <param name="Started">When the process was started; null where none runs.</param>
/// <param name="Binds">Newest outcome of each address and port that the process tried.</param>
/// <param name="Detail">What it waits for, or why it failed; null where there is nothing to add.</param>
/// <param name="NextTry">When it is tried again, in backoff.</param>
internal sealed record WorkerSnapshot(
    WorkerName Name,
    string State,
    int? Pid,
    int Generation,
    int Restarts,
    TimeSpan? Started,
    ExitStatus? LastExit,
    TimeSpan? NextTry,
    string? Detail,
    ValueList<BindOutcome> Binds)
{
    /// <summary>Since when it has been ready; null where it is not.</summary>
    public TimeSpan? ReadySince { get; init; }
}
