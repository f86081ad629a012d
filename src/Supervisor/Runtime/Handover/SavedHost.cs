namespace Reuseportd.Runtime.Handover;

/// <summary>A drain of the host.</summary>
/// <param name="DrainsAt">The time at which the workers begin to drain; null if they drain already, or have ended.</param>
internal sealed record SavedHost(long? DrainsAt)
{
    public static TimeSpan? DrainsAtOf(SavedHost saved) => saved.DrainsAt is { } ticks ? new TimeSpan(ticks) : null;
}
