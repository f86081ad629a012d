namespace Decisions.Tests.Observability;

internal static class Allocations
{
    private const int MostRounds = 20;

    /// <summary>
    /// Bytes that the calling thread allocates in the best of some equal rounds. A garbage collection of another test adds the
    /// rest of the thread's allocation chunk to a round. The allocations of the round itself are in every round.
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
