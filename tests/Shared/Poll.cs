using System.Diagnostics;

namespace Tests.Shared;

/// <summary>Polls a condition that has no notification of its change.</summary>
internal static class Poll
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);

    /// <param name="patience">It is long, as only a failing test waits for all of it.</param>
    public static void Until(Func<bool> holds, TimeSpan patience, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(clock.Elapsed < patience, $"not within {patience}: {what}");
            // Other tests run meanwhile.
            if (clock.Elapsed < Shortest) Thread.Yield();
            else Thread.Sleep(TimeSpan.FromTicks(Math.Clamp(clock.Elapsed.Ticks / 16, Shortest.Ticks, Longest.Ticks)));
        }
    }
}
