using System.Diagnostics;
using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>Deadline of an event that must come. It is long, as only a failing test waits for all of it.</summary>
internal static class Deadline
{
    /// <summary>On an emulated processor, all takes longer: REUSEPORTD_PATIENCE.</summary>
    private static readonly double Scale = double.Parse(
        Environment.GetEnvironmentVariable("REUSEPORTD_PATIENCE") ?? "1", CultureInfo.InvariantCulture);

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40) * Scale;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Polls a condition that has no notification of its change: the longer it takes, the less often, as a scan of all processes
    /// can take as long as the shortest interval.
    /// </summary>
    /// <param name="state">The last state, for the message; null for none.</param>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, Func<string>? state = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(clock.Elapsed < Patience, $"not within {Patience}: {what}; {state?.Invoke()}");
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(clock.Elapsed.Ticks / 8, Shortest.Ticks, Longest.Ticks)));
        }
    }

    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);
}
