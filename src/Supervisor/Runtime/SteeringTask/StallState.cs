namespace Reuseportd.Runtime.SteeringTask;

/// <summary>A stuck worker that gets no new connections.</summary>
internal sealed class StallState(PlacedProcess process)
{
    public PlacedProcess Process { get; } = process;

    /// <summary>
    /// True if the queue was moved to other workers. Only new connections can then show whether the worker accepts.
    /// </summary>
    public bool IsRescued { get; set; }

    /// <summary>The time of the next trial.</summary>
    public TimeSpan NextTrial { get; set; }

    public int Trials { get; set; }

    /// <summary>The time at which the present trial began; null if none is in progress.</summary>
    public TimeSpan? TriedAt { get; set; }
}
