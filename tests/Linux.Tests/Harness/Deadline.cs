using System.Diagnostics;

namespace Linux.Tests.Harness;

/// <summary>How long a test waits for what must come. Long, since it is only used up where the test fails.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks again until it is so; for what tells nobody when it changes.</summary>
    public static void Until(Func<bool> holds, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(clock.Elapsed < Patience, $"not within {Patience}: {what}");
            Thread.Yield();
        }
    }
}
