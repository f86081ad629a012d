namespace Reuseportd.Runtime.Snapshots;

/// <summary>The state of the host for load balancers.</summary>
internal enum HostState
{
    Serving,

    /// <summary>Load balancers are told to send no new connections. All workers still serve.</summary>
    Leaving,

    /// <summary>Workers finish their open connections, and end.</summary>
    Draining,

    /// <summary>No worker runs until the host is taken back.</summary>
    Drained,

    /// <summary>The daemon ends all workers, and then itself.</summary>
    Stopping,
}

/// <summary>The state of the host of a snapshot.</summary>
/// <param name="DrainsAt">While leaving: the time at which the workers begin to drain; else null.</param>
internal sealed record HostSnapshot(HostState State, TimeSpan? DrainsAt)
{
    public static readonly HostSnapshot Serving = new(HostState.Serving, null);

    /// <summary>
    /// The time at which the host was taken back. Zero, the start of the first daemon, if it was not.
    /// </summary>
    public TimeSpan Since { get; init; }

    /// <summary>True if the daemon leaves because it is to stop, so the host cannot be taken back.</summary>
    public bool IsForStop { get; init; }
}
