using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

public sealed class ReadinessTests : DaemonTest
{
    [Theory]
    [InlineData("tcp4")]
    [InlineData("udp4")]
    public async Task Readiness_NoOutcomeLines_ComesFromTheKernel(string protocol)
    {
        Configure($"{protocol},{Address},{Port}", "debug: false");
        await Daemon.StartAsync();

        Assert.Equal(2, Daemon.Events("ready").Length);
        Assert.Empty(Daemon.Events("bind"));
        Assert.Empty(Daemon.Events("no_preload"));
        Assert.Equal(2, Listeners.On(Port).Length);
    }

    [Fact]
    public async Task Readiness_BoundButNotListening_TimesOut()
    {
        Configure($"tcp4-,{Address},{Port}", "debug: true", "readiness: { type: bind, timeout: 200ms }");
        await Daemon.StartAsync();

        var late = await Daemon.EventAsync("readiness_timeout", "web@0");
        Assert.Equal(($"{Port}", "4"), (late["REUSEPORT_MISSING"], late["PRIORITY"]));
        await Daemon.EventAsync("stop", "web@0", late);
        await Daemon.EventAsync("backoff", "web@0", late);
        Assert.Empty(Daemon.Events("ready"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Readiness_TcpAndUdpOnTwoPorts_WaitsForBoth(bool both)
    {
        using var other = new Site();
        var second = both ? $", 'udp4,{Address},{other.Port}'" : "";
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"{{second}}]
                readiness: { type: bind, timeout: {{(both ? "30s" : "200ms")}} }
                reuseport: { ports: [{{Port}}, {{other.Port}}] }
            """);
        await Daemon.StartAsync();

        if (both) await Daemon.EventAsync("ready", "web@0");
        // A start that takes long misses both ports. The worker is then started again.
        else await Daemon.EventAsync("readiness_timeout", "web@0", where: late => late["REUSEPORT_MISSING"] == $"{other.Port}");
    }

    [Fact]
    public async Task Readiness_Delay_IsReadyAfterTheDelay()
    {
        Daemon.Configure($$"""
            services:
              job:
                command: [sleep, "1000"]
                readiness: { type: delay, delay: 150ms }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();

        Assert.InRange((await Daemon.EventAsync("ready", "job@0")).Number("REUSEPORT_AFTER_MS"), 149, 10_000);
    }

    /// <summary>The counterpart of the other tests: without the option, the second copy fails as without the daemon.</summary>
    [Fact]
    public async Task Start_ReusePortIsFalse_SecondCopyGetsAddressInUse()
    {
        Configure($"tcp4,{Address},{Port}", "reuse_port: false", "readiness: { type: bind, timeout: 1s }");
        Daemon.Launch();

        var refused = await Daemon.EventAsync("bind", where: record => record["REUSEPORT_RESULT"] != "ok");
        Assert.Equal(("EADDRINUSE", "98", "4"), (refused["REUSEPORT_RESULT"], refused["ERRNO"], refused["PRIORITY"]));
    }

    private void Configure(string socket, string reuseport, string more = "autostart: true") => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("binds")}}, "{{socket}}"]
            workers: 2
            {{more}}
            reuseport: { ports: [{{Port}}], {{reuseport}} }
        """);
}
