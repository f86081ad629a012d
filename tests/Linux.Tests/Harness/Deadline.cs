using System.Diagnostics;

namespace Linux.Tests.Harness;

/// <summary>Deadline of an event that must come. It is long, as only a failing test waits for all of it.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);

    /// <summary>Polls a condition that has no notification of its change.</summary>
    public static void Until(Func<bool> holds, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(clock.Elapsed < Patience, $"not within {Patience}: {what}");
            // Other tests run meanwhile.
            if (clock.Elapsed < Shortest) Thread.Yield();
            else Thread.Sleep(TimeSpan.FromTicks(Math.Clamp(clock.Elapsed.Ticks / 16, Shortest.Ticks, Longest.Ticks)));
        }
    }
}
