namespace Decisions.Tests.Observability;

internal static class Allocations
{
    private const int MostRounds = 20;

    /// <summary>
    /// Bytes that the calling thread allocates in the best of some equal rounds. A collection that another test causes
    /// meanwhile, and each phase of one in the background, adds what was left of the thread's allocation chunk; what a round
    /// itself allocates is in every one of them.
    /// </summary>
    public static long Of(Func<long> round)
    {
        var least = long.MaxValue;
        for (var left = MostRounds; left > 0 && least > 0; left--) least = Math.Min(least, round());
        return least;
    }

    public static long Of(Action round) => Of(() =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        round();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });
}
