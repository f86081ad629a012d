using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary><c>/readyz</c> while workers start, fail and stop.</summary>
public sealed class ReadinessTests : PublicTest
{
    [Fact]
    public async Task Readyz_DuringTheStart_NamesTheServiceThatIsNotReady()
    {
        ConfigureDaemon();
        var gate = Daemon.Folder["gate"];
        Daemon.Configure($$"""
            services:
              web:
                command: [sleep, "1000"]
                workers: 2
                readiness: { type: exec, command: [test, -e, {{gate}}], period: 20ms }
                reuseport: { ports: any }
              fast: { command: [sleep, "1000"], readiness: { type: delay, delay: 0s }, reuseport: { ports: any } }
            """);
        Daemon.Launch();
        await Daemon.EventAsync("ready", "fast@0");
        await Deadline.UntilAsync(
            async () =>
            {
                try
                {
                    return (await GetAsync("/readyz/fast")).Status == 200;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the port is open before each worker is ready");
        var starting = await GetAsync("/readyz");
        Assert.Equal(503, starting.Status);
        Facts.AssertIn(starting.Body, "web", "0 of 2");
        Assert.Equal(503, (await GetAsync("/readyz/web")).Status);
        Assert.Equal(200, (await GetAsync("/healthz")).Status);
        Dictionary<string, double> samples = [];
        await Deadline.UntilAsync(
            async () => (samples = await ScrapeAsync())["reuseportd_service_ready{service=\"fast\"}"] == 1, "the metric follows");
        Assert.Equal((0, 0), (samples["reuseportd_host_ready"], samples["reuseportd_service_ready{service=\"web\"}"]));

        Daemon.Folder.Write("gate", "");
        await Daemon.EventAsync("started");
        Assert.Equal("ok\n", (await GetAsync("/readyz")).Body);
        await Deadline.UntilAsync(async () => (await ScrapeAsync())["reuseportd_host_ready"] == 1, "the metric follows");
    }

    [Fact]
    public async Task Readyz_NoWorkerOfAServiceIsReady_Answers503()
    {
        ConfigureDaemon();
        ConfigureWeb(more: "    restart: { delay: 1h, max_delay: 1h }");
        Daemon.Configure("""
            services:
              other: { command: [sleep, "1000"], readiness: { type: delay, delay: 0s }, reuseport: { ports: any } }
            """, "other");
        await Daemon.StartAsync();
        Processes.Signal(Daemon.PidOf("web@0"), Processes.Kill);
        await Daemon.EventAsync("exit", "web@0");
        Assert.Equal(200, (await GetAsync("/readyz")).Status);
        Processes.Signal(Daemon.PidOf("web@1"), Processes.Kill);
        await Daemon.EventAsync("exit", "web@1");

        var down = await UntilAsync("/readyz", 503);
        Facts.AssertIn(down.Body, "web", "0 of 2");
        Assert.Equal(503, (await GetAsync("/readyz/web")).Status);
        Assert.Equal(200, (await GetAsync("/readyz/other")).Status);
        await Deadline.UntilAsync(async () => (await ScrapeAsync())["reuseportd_host_ready"] == 0, "the metric follows");

        // A service that is to have no worker does not hold the host back.
        Assert.Equal(0, (await Daemon.ControlAsync("scale", "web", "0")).Code);
        Assert.Equal(200, (await UntilAsync("/readyz", 200)).Status);
        Assert.Equal(503, (await GetAsync("/readyz/web")).Status);
    }

    [Fact]
    public async Task Readyz_DuringTheStop_Answers503UntilThePortCloses()
    {
        ConfigureDaemon();
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("ignore-term")}}]
                readiness: { type: delay, delay: 0s }
                stop_grace_period: 5s
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        await Daemon.LineAsync("ignoring", "web@0");
        Assert.Equal(200, (await GetAsync("/readyz")).Status);
        Daemon.Signal(Processes.Terminate);
        await Daemon.EventAsync("stopping");
        await Daemon.EventAsync("stop", "web@0");
        var stopping = await GetAsync("/readyz");
        Assert.Equal(503, stopping.Status);
        Assert.DoesNotContain("loop", stopping.Body, StringComparison.Ordinal);
        await Deadline.UntilAsync(async () => (await ScrapeAsync())["reuseportd_host_ready"] == 0, "the metric follows");
        Assert.Equal(0, await Daemon.ExitAsync());
        Assert.Empty(Listeners.On(Port));
    }

    [Fact]
    public async Task Listen_PortIsTaken_DaemonDoesNotStart()
    {
        ConfigureDaemon();
        ConfigureWeb();
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Parse(ListenAddress), Port);
        other.Start();
        Daemon.Launch();
        Assert.NotEqual(0, await Daemon.ExitAsync());
        var output = Daemon.Errors + string.Concat(Daemon.Log.Records.Select(record => record.Message));
        Facts.AssertIn(output, Listen, "EADDRINUSE");
    }
}
