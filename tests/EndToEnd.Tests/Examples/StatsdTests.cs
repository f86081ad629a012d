using System.Globalization;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Examples;

public sealed partial class StatsdTests : ExampleTest
{
    private static readonly (string, string) Program =
        ("/usr/local/lib/node_modules/statsd/stats.js", "npm, then npm install -g --prefix /usr/local statsd@0.9.0");

    /// <summary>statsd answers no datagram. The sums in the output of all processes are compared with what was sent.</summary>
    [Fact]
    public async Task Restart_UnderLoad_CountsEachDatagram()
    {
        var sent = 0;
        await ServesAndRollsAsync("statsd", Program, async client =>
        {
            await client.SendAsync(8125, "requests:1|c"u8.ToArray());
            Interlocked.Increment(ref sent);
        });

        await Deadline.UntilAsync(() => Counted() >= sent, $"the sums are {sent}, and not {Counted()}");
        Assert.Equal(sent, Counted());
    }

    [Fact]
    public Task Start_AsOrdinaryUser_Serves() => ServesAnOrdinaryUserAsync("statsd", Program);

    /// <summary>The lines of a worker are in order, those of different workers are not.</summary>
    private int Counted() => Daemon.Log.Records
        .Where(record => record.IsLine).GroupBy(record => record.Worker)
        .Select(lines => string.Concat(lines.Select(line => line.Message)))
        .SelectMany(output => Sum().Matches(output))
        .Sum(sum => int.Parse(sum.Groups["sum"].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\bcounters: \{[^}]*\brequests: (?<sum>\d+)")]
    private static partial Regex Sum();
}
