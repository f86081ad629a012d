using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>No event makes a counter fall. Readers take a fall for a new daemon.</summary>
public sealed class FallingCounterTests : PublicTest
{
    private const string Restarts = "reuseportd_worker_restarts_total";
    private const string Given = "reuseportd_worker_connections_given_total";
    private const string Sums = "metrics_per_worker: false";

    [Fact]
    public async Task Scale_SumsOfRestarts_GoOn()
    {
        ConfigureDaemon(Sums);
        await StartAsync(workers: 4);
        await KillAsync("web@2");
        await KillAsync("web@3");
        await UntilSumAsync(Restarts, 2);
        await DoAsync("scale", "web", "2");
        await AssertStaysAsync(Restarts, 2, "reuseportd_workers_wanted{service=\"web\"}", 2);
        var last = Daemon.Log.Records[^1];
        await DoAsync("scale", "web", "4");
        await Daemon.EventAsync("ready", "web@3", after: last);
        await KillAsync("web@3");
        await UntilSumAsync(Restarts, 3);
    }

    [Theory]
    [InlineData(Sums)]
    [InlineData("")]
    public async Task Reset_Restarts_GoOn(string labels)
    {
        ConfigureDaemon(labels);
        await StartAsync();
        await KillAsync("web@1");
        await UntilSumAsync(Restarts, 1);
        await DoAsync("reset", "web");
        Assert.Equal(0, (int?)(await Daemon.JsonAsync("status", "web@1"))["workers"]![0]!["restarts"] ?? 0);
        await KillAsync("web@1");
        await UntilSumAsync(Restarts, 2);
        Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        await UntilSumAsync(Restarts, 2);
    }

    [Theory]
    [InlineData("stop web", "start web")]
    [InlineData("drain", "undrain")]
    [InlineData("scale web 1", "scale web 2")]
    public async Task Group_EndsAndBeginsAnew_GivenConnectionsGoOn(string end, string begin)
    {
        Root.Require();
        ConfigureDaemon("steering: ebpf", Sums);
        await StartAsync();
        var given = await GiveAsync(25);
        await DoAsync(end.Split(' '));
        Assert.Equal(given, await SumAsync(Given));
        Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        Assert.Equal(given, await SumAsync(Given));
        await DoAsync(begin.Split(' '));
        Assert.Equal(given, await SumAsync(Given));
        Assert.InRange(await GiveAsync(5), given + 5, double.MaxValue);
    }

    [Fact]
    public async Task Crash_OfTheOnlyWorker_GivenConnectionsGoOn()
    {
        Root.Require();
        ConfigureDaemon("steering: ebpf");
        await StartAsync(workers: 1);
        var given = await GiveAsync(25);
        await KillAsync("web@0");
        Assert.Equal(given, await SumAsync(Given));
        Assert.InRange(await GiveAsync(5), given + 5, double.MaxValue);
    }

    private async Task StartAsync(int workers = 2)
    {
        ConfigureWeb(workers, more: "    restart: { delay: 50ms, jitter: 0 }");
        await Daemon.StartAsync();
    }

    private async Task KillAsync(string worker)
    {
        Processes.Signal(Daemon.PidOf(worker), Processes.Kill);
        var exit = await Daemon.EventAsync("exit", worker, after: Daemon.Events("ready", worker)[^1]);
        await Daemon.EventAsync("ready", worker, after: exit);
    }

    private async Task DoAsync(params string[] words)
    {
        var done = await Daemon.ControlAsync(words);
        Assert.True(done.Code == 0, done.Error);
    }

    /// <summary>
    /// Makes connections until the metric has counted some more. The first ones may not count: the program that counts is loaded
    /// when the workers are ready.
    /// </summary>
    /// <returns>The metric.</returns>
    private async Task<double> GiveAsync(int more)
    {
        var (before, given) = (await SumAsync(Given), 0d);
        await Deadline.UntilAsync(
            async () =>
            {
                await Ask.HttpAsync(Address, Port);
                given = await SumAsync(Given);
                Assert.InRange(given, before, double.MaxValue);
                return given >= before + more;
            },
            $"{Given} is {before} and {more}");
        return given;
    }

    private Task UntilSumAsync(string metric, double value) => Deadline.UntilAsync(
        async () =>
        {
            var sum = await SumAsync(metric);
            Assert.True(sum <= value, $"{metric} is {sum}");
            return sum == value;
        },
        $"{metric} is {value}");

    /// <summary>The metric keeps its value until another series has that value.</summary>
    private async Task AssertStaysAsync(string metric, double value, string series, double until)
    {
        Dictionary<string, double> samples;
        do
        {
            samples = await ScrapeAsync();
            Assert.Equal(value, Sum(samples, metric));
        }
        while (samples[series] != until);
    }
}
