using Reuseportd.Model;

namespace Reuseportd.Planning;

/// <summary>How fast a planned restart goes through the workers of a service; pure.</summary>
internal static class UpdatePace
{
    /// <summary>Whether another worker may be replaced now.</summary>
    /// <param name="wanted">Workers that are to serve.</param>
    /// <param name="ready">Those that do.</param>
    /// <param name="moving">
    /// Those that are being replaced: from the start of the new process, or the stop of the old one, until both are settled.
    /// </param>
    public static bool MayBegin(UpdateSpec policy, int wanted, int ready, int moving) => policy.Order == UpdateOrder.StartFirst
        // One that still drains is a process beyond their number.
        ? moving < policy.MaxSurge
        : moving < policy.MaxUnavailable && ready - 1 >= Least(policy, wanted);

    /// <summary>Workers that have to be ready all the while.</summary>
    private static int Least(UpdateSpec policy, int wanted) => Math.Max(0, wanted - policy.MaxUnavailable);
}
