using Reuseportd.Model;

namespace Reuseportd.Planning.RollingUpdates;

/// <summary>Limits the number of workers that a rolling update replaces at the same time; pure.</summary>
internal static class UpdatePace
{
    /// <summary>True if the replacement of another worker may begin.</summary>
    /// <param name="wanted">Workers that are to be ready.</param>
    /// <param name="ready">Workers that are ready.</param>
    /// <param name="moving">
    /// Workers whose replacement has begun and is not complete: the old process has not ended, or the new process is not ready.
    /// </param>
    public static bool MayBegin(UpdateSpec policy, int wanted, int ready, int moving) => policy.Order == UpdateOrder.StartFirst
        // A process that drains also counts, as it runs beside the full number of workers.
        ? moving < policy.MaxSurge
        : moving < policy.MaxUnavailable && ready - 1 >= LeastReady(policy, wanted);

    private static int LeastReady(UpdateSpec policy, int wanted) => Math.Max(0, wanted - policy.MaxUnavailable);
}
