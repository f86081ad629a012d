namespace Reuseportd.Runtime.Snapshots;

/// <summary>The number of workers in each state.</summary>
/// <param name="Unsettled">Workers that have not yet reached the requested state: ready, or stopped.</param>
internal readonly record struct FleetCounts(
    int Workers, int Ready, int Starting, int Stopping, int Backoff, int Failed, int Unsettled)
{
    /// <summary>Workers that cannot start because a limit of the daemon leaves no room for their processes.</summary>
    public int Waiting { get; init; }
}
