namespace Reuseportd.Runtime.SteeringTask;

/// <summary>A worker that was steered around.</summary>
internal sealed class StuckWorker(PlacedProcess process)
{
    public PlacedProcess Process { get; } = process;

    /// <summary>Its queue was taken away: whether it accepts is seen only when it is given something again.</summary>
    public bool IsRescued { get; set; }

    /// <summary>When it is tried again.</summary>
    public TimeSpan NextTrial { get; set; }

    public int Trials { get; set; }

    /// <summary>Since when it has been given connections again, to see; null where it is given none.</summary>
    public TimeSpan? TriedAt { get; set; }
}
