using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>The port is kept when another program replaces the daemon.</summary>
public sealed class ReplacementTests : PublicTest
{
    private const int Scrapes = 200;
    private const int Times = 3;

    /// <summary>Ends of the names of series that never fall: counters, histograms, and the start of the daemon.</summary>
    private static readonly string[] Growing = ["_total", "_bucket", "_sum", "_count", "_start_time_seconds"];

    [Fact]
    public async Task Reexec_UnderScrapes_NoneFailsAndNoCounterGoesBack()
    {
        await StartAsync();
        Processes.Signal(Daemon.PidOf("web@1"), Processes.Kill);
        await Daemon.EventAsync("ready", "web@1", after: await Daemon.EventAsync("exit", "web@1"));
        var scraped = 0;
        var scraping = Task.Run(async () =>
        {
            var last = await ScrapeAsync();
            for (; scraped < Scrapes; scraped++)
            {
                var next = await ScrapeAsync();
                AssertNoneWentBack(last, next);
                last = next;
                await Task.Delay(10);
            }
        });
        for (var time = 0; time < Times; time++)
        {
            var until = scraped + 20;
            await Deadline.UntilAsync(() => scraped >= until || scraping.IsCompleted, "scrapes are answered");
            Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        }

        await scraping;
        var samples = await ScrapeAsync();
        Assert.Equal(1, samples["reuseportd_worker_restarts_total{service=\"web\",worker=\"1\"}"]);
        Assert.Equal(1, samples["reuseportd_worker_restart_seconds_count{service=\"web\"}"]);
        Assert.Equal("ok\n", (await GetAsync("/readyz")).Body);
    }

    /// <summary>Each counter and histogram has counted before.</summary>
    [Fact]
    public async Task Reexec_CountersAboveZero_NoneGoesBack()
    {
        Root.Require();
        using var cgroup = new DelegatedCgroup();
        using var fleet = new CountersAboveZero(Daemon);
        ConfigureDaemon("steering: ebpf");
        await fleet.StartAsync(cgroup);
        Dictionary<string, double> last = [];
        await Deadline.UntilAsync(
            async () => ZeroesOf(last = await ScrapeAsync()).Length == 0, "each has counted",
            () => string.Join(' ', ZeroesOf(last)));
        for (var time = 0; time < Times; time++)
        {
            Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
            var next = await ScrapeAsync();
            AssertNoneWentBack(last, next);
            Assert.Equal(last["reuseportd_start_time_seconds"], next["reuseportd_start_time_seconds"]);
            last = next;
        }

        fleet.Dispose(); // before the check that no socket is left
        await Daemon.StopAsync();
    }

    /// <summary>A load balancer takes a host that does not answer, or is not ready, out.</summary>
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/readyz/web")]
    public async Task Reexec_HealthIsAsked_AlwaysOk(string path)
    {
        await StartAsync();
        await using var load = Load.Start(async () => Assert.Equal("ok\n", (await GetAsync(path)).Body), clients: 4);
        await load.AnswersAsync(50);
        for (var time = 0; time < Times; time++)
        {
            Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
            await load.AnswersAsync(50);
        }

        Assert.Empty(await load.StopAsync());
    }

    private async Task StartAsync()
    {
        ConfigureDaemon();
        ConfigureWeb(more: "    restart: { delay: 50ms, jitter: 0 }");
        await Daemon.StartAsync();
    }

    /// <summary>Counters and histograms whose series are all 0.</summary>
    private static string[] ZeroesOf(Dictionary<string, double> samples) =>
    [
        .. samples.GroupBy(one => one.Key.Split('{')[0], one => one.Value)
            .Where(metric => metric.Key.EndsWith("_total", StringComparison.Ordinal)
                || metric.Key.EndsWith("_seconds_count", StringComparison.Ordinal))
            .Where(metric => metric.Sum() == 0).Select(metric => metric.Key),
    ];

    private static void AssertNoneWentBack(Dictionary<string, double> before, Dictionary<string, double> after)
    {
        foreach (var (series, value) in before)
        {
            var name = series.Split('{')[0];
            if (!Growing.Any(end => name.EndsWith(end, StringComparison.Ordinal))) continue;
            Assert.True(after.TryGetValue(series, out var next), $"{series} is missing");
            Assert.True(next >= value, $"{series}: {value}, {next}");
        }
    }
}
