using Reuseportd.Model;

namespace Reuseportd.Planning;

/// <summary>How many workers of a service a rolling update replaces at one time; pure.</summary>
internal static class UpdatePace
{
    /// <summary>Whether the replacement of one more worker may begin.</summary>
    /// <param name="wanted">Workers that are to be ready.</param>
    /// <param name="ready">Workers that are ready.</param>
    /// <param name="moving">
    /// Workers whose replacement has begun and is not complete: the old process has not ended, or the new one is not ready.
    /// </param>
    public static bool MayBegin(UpdateSpec policy, int wanted, int ready, int moving) => policy.Order == UpdateOrder.StartFirst
        // A process that drains counts as well: it is one beyond the number of workers.
        ? moving < policy.MaxSurge
        : moving < policy.MaxUnavailable && ready - 1 >= LeastReady(policy, wanted);

    private static int LeastReady(UpdateSpec policy, int wanted) => Math.Max(0, wanted - policy.MaxUnavailable);
}
