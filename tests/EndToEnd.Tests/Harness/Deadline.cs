using System.Diagnostics;

namespace EndToEnd.Tests.Harness;

/// <summary>How long a test waits for what must come. Long, since it is only used up where the test fails.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks again until it is so; for what tells nobody when it changes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(clock.Elapsed < Patience, $"not within {Patience}: {what}");
            await Task.Delay(Interval);
        }
    }

    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);
}
