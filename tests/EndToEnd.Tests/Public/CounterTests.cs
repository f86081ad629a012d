using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>Each event moves its metric in the answer, and no other counter or histogram.</summary>
public sealed class CounterTests : PublicTest
{
    private const int Stop = 19;
    private const string Web = "{service=\"web\"}";

    /// <summary>Series that move by themselves, and those of the load.</summary>
    private static readonly string[] Ignored =
        ["cpu_seconds", "loop_delay", "log_lines_dropped", "connections_given", "connections_migrated"];

    [Fact]
    public async Task Worker_IsKilled_RestartIsCounted()
    {
        await StartAsync("    restart: { delay: 50ms, jitter: 0 }");
        var before = await StartedAsync();
        Processes.Signal(Daemon.PidOf("web@1"), Processes.Kill);
        await Daemon.EventAsync("ready", "web@1", after: await Daemon.EventAsync("exit", "web@1"));
        var after = await ScrapedAsync($"reuseportd_worker_restart_seconds_count{Web}", 1);
        AssertMoved(
            before, after, ("worker_restarts_total{service=\"web\",worker=\"1\"}", 1), ($"worker_restart_seconds_count{Web}", 1),
            ($"worker_start_seconds_count{Web}", 1));
        Assert.InRange(after[$"reuseportd_worker_restart_seconds_sum{Web}"], 0.04, 30);
    }

    [Fact]
    public async Task Update_Ends_IsCountedWithItsStartsAndDrains()
    {
        await StartAsync();
        var before = await StartedAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("restart", "web")).Code);
        var after = await ScrapedAsync("reuseportd_updates_total{service=\"web\",result=\"succeeded\"}", 1);
        AssertMoved(
            before, after, ("updates_total{service=\"web\",result=\"succeeded\"}", 1), ($"worker_start_seconds_count{Web}", 2),
            ($"worker_drain_seconds_count{Web}", 2));
    }

    [Fact]
    public async Task Update_Fails_IsCountedAsFailed()
    {
        await StartAsync();
        Daemon.Configure($$"""
            services:
              web:
                command: [sh, -c, "exit 3"]
                workers: 2
                reuseport: { ports: [{{Port}}] }
            """);
        var before = await StartedAsync();
        Assert.NotEqual(0, (await Daemon.ControlAsync("apply")).Code);
        var after = await ScrapedAsync("reuseportd_updates_total{service=\"web\",result=\"failed\"}", 1);
        AssertMoved(before, after, ("updates_total{service=\"web\",result=\"failed\"}", 1));
    }

    [Fact]
    public async Task Connection_IsCut_IsCounted()
    {
        Root.Require();
        ConfigureDaemon("steering: ebpf");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("holds")}}, {{Address}}, "{{Port}}"]
                workers: 2
                update: { drain_timeout: 300ms }
                reuseport: { ports: [{{Port}}] }
            """);
        using var cgroup = new DelegatedCgroup();
        await Daemon.StartInAsync(cgroup);
        using var kept = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await kept.ConnectAsync(IPAddress.Parse(Address), Port);
        await Deadline.UntilAsync(async () => Open(await ScrapeAsync()) == 1, "the connection is counted");
        var before = await ScrapeAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("restart", "web")).Code);
        var after = await ScrapedAsync($"reuseportd_connections_cut_total{Web}", 1);
        AssertMoved(
            before, after, ($"connections_cut_total{Web}", 1), ("updates_total{service=\"web\",result=\"succeeded\"}", 1),
            ($"worker_start_seconds_count{Web}", 2), ($"worker_drain_seconds_count{Web}", 2));
        await Deadline.UntilAsync(async () => Open(await ScrapeAsync()) == 0, "no connection is open");
        await Daemon.StopAsync();

        static double Open(Dictionary<string, double> samples) =>
            samples.Where(one => one.Key.StartsWith("reuseportd_worker_connections_open", StringComparison.Ordinal))
                .Sum(one => one.Value);
    }

    [Fact]
    public async Task Worker_Stalls_IsCounted()
    {
        ConfigureDaemon();
        ConfigureWeb(more: "    stall: { after: 1s }");
        await Daemon.StartAsync();
        var before = await StartedAsync();
        await using var load = Load.Http(Address, Port, pause: TimeSpan.Zero);
        await load.AnswersAsync(300);
        var stuck = Daemon.PidOf("web@1");
        Processes.Signal(stuck, Stop);
        await Daemon.EventAsync("stalled", "web@1");
        var after = await ScrapedAsync($"reuseportd_stalls_total{Web}", 1);
        AssertMoved(before, after, ($"stalls_total{Web}", 1));
        // SIGCONT
        Processes.Signal(stuck, 18);
        await load.StopAsync();
    }

    [Fact]
    public async Task Bind_Fails_IsCountedByErrno()
    {
        ConfigureDaemon();
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                autostart: false
                restart: no
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        using var other = new TcpListener(IPAddress.Parse(Address), Port);
        other.Start();
        var before = await ScrapeAsync();
        // An increase is seen only in a series that exists before it.
        Assert.Equal(
            [0, 0, 0],
            ((string[])["EACCES", "EADDRINUSE", "EADDRNOTAVAIL"]).Select(
                errno => before[$"reuseportd_bind_failures_total{{service=\"web\",errno=\"{errno}\"}}"]));
        Assert.NotEqual(0, (await Daemon.ControlAsync("start", "web")).Code);
        await Daemon.EventAsync("bind", "web@0");
        Dictionary<string, double> after = [];
        await Deadline.UntilAsync(
            async () => (after = await ScrapeAsync()).Any(IsBindFailure), "the failure is counted");
        var failures = after.Single(IsBindFailure);
        Assert.Equal("reuseportd_bind_failures_total{service=\"web\",errno=\"EADDRINUSE\"}", failures.Key);
        AssertMoved(before, after, (failures.Key["reuseportd_".Length..], failures.Value));
        Assert.InRange(failures.Value, 1, 2);
        other.Stop();

        static bool IsBindFailure(KeyValuePair<string, double> series) =>
            series.Value > 0 && series.Key.StartsWith("reuseportd_bind_failures_total{", StringComparison.Ordinal);
    }

    private async Task StartAsync(string more = "")
    {
        ConfigureDaemon();
        ConfigureWeb(more: more);
        await Daemon.StartAsync();
    }

    /// <summary>A scrape in which both starts are counted.</summary>
    private Task<Dictionary<string, double>> StartedAsync() => ScrapedAsync($"reuseportd_worker_start_seconds_count{Web}", 2);

    /// <summary>The first scrape in which the series has the value. Requests within a short time share one scrape.</summary>
    private async Task<Dictionary<string, double>> ScrapedAsync(string series, double value)
    {
        Dictionary<string, double> samples = [];
        await Deadline.UntilAsync(
            async () => (samples = await ScrapeAsync()).GetValueOrDefault(series) >= value, $"{series} is {value}");
        Assert.Equal(value, samples[series]);
        return samples;
    }

    /// <summary>Exactly these counters have moved. A histogram is compared by its count.</summary>
    private static void AssertMoved(
        Dictionary<string, double> before, Dictionary<string, double> after, params (string Series, double By)[] expected) =>
        Assert.Equal(
            expected.Select(one => $"{one.Series} +{one.By}").Order(StringComparer.Ordinal),
            after.Where(one => IsCount(one.Key) && one.Value != before.GetValueOrDefault(one.Key))
                .Select(one => $"{one.Key["reuseportd_".Length..]} +{one.Value - before.GetValueOrDefault(one.Key)}")
                .Order(StringComparer.Ordinal));

    private static bool IsCount(string series) =>
        (series.Contains("_total", StringComparison.Ordinal) || series.Contains("_seconds_count", StringComparison.Ordinal))
        && !Ignored.Any(part => series.Contains(part, StringComparison.Ordinal));
}
