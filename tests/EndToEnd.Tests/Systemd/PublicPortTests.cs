using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>The guard of a dead daemon keeps the port of <c>listen</c> for the next daemon.</summary>
public sealed class PublicPortTests(Machine machine) : SystemdTest(machine)
{
    private const string Socket = "/run/reuseportd/metrics.sock";
    private const int Times = 3;

    private string[] _options = [];

    [Theory]
    [InlineData("KILL", "127.0.0.1:9180")]
    [InlineData("restart", "127.0.0.1:9180")]
    [InlineData("KILL", $"unix:{Socket}")]
    [InlineData("restart", $"unix:{Socket}")]
    public async Task Daemon_Replaced_NextOneTakesThePortUp(string how, string address)
    {
        _options = address.StartsWith("unix:", StringComparison.Ordinal) ? ["--unix-socket", Socket] : [];
        SetDaemon($"listen: {address}");
        ConfigureWeb(workers: 2);
        await StartAsync();
        await Journal.EventAsync("started");
        Assert.Equal("ok", await AskedAsync("/readyz"));
        for (var time = 0; time < Times; time++)
        {
            var start = await ValueAsync("reuseportd_start_time_seconds ");
            var cpu = await ValueAsync("reuseportd_cpu_seconds_total ");
            var (started, daemon) = (Journal.Entries.Last(entry => entry.Event == "started"), await MainPidAsync());
            await ReplaceAsync(how);
            // The connection waits in the queue of the socket for the next daemon.
            Assert.Equal("ok", await AskedAsync("/readyz"));
            await Journal.EventAsync("started", after: await Journal.EventAsync("adopted", after: started));
            Assert.NotEqual(daemon, await MainPidAsync());
            Assert.Equal("ok", await AskedAsync("/readyz/web"));
            Assert.Equal(2, await ValueAsync("reuseportd_workers{service=\"web\",state=\"ready\"} "));
            // A daemon that has died passes no counter on.
            if (how != "restart") continue;
            Assert.Equal(2, await ValueAsync("reuseportd_worker_start_seconds_count{service=\"web\"} "));
            Assert.Equal(start, await ValueAsync("reuseportd_start_time_seconds "));
            Assert.InRange(await ValueAsync("reuseportd_cpu_seconds_total "), cpu, double.MaxValue);
        }

        await UnitAsync("stop");
        Assert.NotEqual(0, (await Machine.RunAsync(["curl", .. Request("/readyz", seconds: 5)])).Code);
        Assert.NotEqual(0, (await Machine.RunAsync("ls", Socket)).Code);
    }

    private async Task<string> AskedAsync(string path) =>
        (await Machine.DoAsync(["curl", .. Request(path, seconds: 20)])).Trim();

    private string[] Request(string path, int seconds) =>
        ["-s", "--max-time", $"{seconds}", .. _options, $"http://127.0.0.1:9180{path}"];

    private async Task<double> ValueAsync(string series)
    {
        var line = (await AskedAsync("/metrics")).Split('\n').Single(text => text.StartsWith(series, StringComparison.Ordinal));
        return double.Parse(line.AsSpan(series.Length), CultureInfo.InvariantCulture);
    }
}
