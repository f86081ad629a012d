namespace Reuseportd.Runtime.Snapshots;

/// <summary>Numbers of workers by state.</summary>
/// <param name="Unsettled">Workers that have not reached the state that was last asked of them: ready, or gone.</param>
internal readonly record struct FleetCounts(
    int Workers, int Ready, int Starting, int Stopping, int Backoff, int Failed, int Unsettled)
{
    /// <summary>Workers that a limit has no room for.</summary>
    public int Waiting { get; init; }
}
