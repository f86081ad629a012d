using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>SIGHUP does the same as apply, without a client to answer.</summary>
public sealed class HangupTests : DaemonTest
{
    [Fact]
    public async Task Hangup_GoodFile_Converges()
    {
        Configure(2);
        await Daemon.StartAsync();
        Configure(3);
        Daemon.Signal(Processes.Hangup);
        var reload = await Daemon.EventAsync("reload");

        Assert.Equal(
            ("1", "0", "0", "0"),
            (reload["REUSEPORT_CHANGED"], reload["REUSEPORT_ADDED"], reload["REUSEPORT_REMOVED"], reload["REUSEPORT_UNCHANGED"]));
        Assert.Equal(["web@0", "web@1", "web@2"], Daemon.Events("ready").Select(record => record.Worker).Order());
    }

    [Fact]
    public async Task Hangup_BadFile_ChangesNothing()
    {
        Configure(2);
        await Daemon.StartAsync();
        var file = Configure(0);
        Daemon.Signal(Processes.Hangup);
        await Daemon.EventAsync("reload_failed");

        Assert.StartsWith(
            $"{file}:4:14: services.web.workers: ", Assert.Single(Daemon.Events("config")).Message, StringComparison.Ordinal);
        Assert.Equal(2, Daemon.Events("spawn").Length);
        Assert.Empty(Daemon.Events("exit"));
    }

    [Fact]
    public async Task Hangup_ManyTimes_EachHasAnEvent()
    {
        Configure(1);
        await Daemon.StartAsync();
        LogRecord? reload = null;
        for (var round = 0; round < 20; round++)
        {
            Daemon.Signal(Processes.Hangup);
            reload = await Daemon.EventAsync("reload", after: reload);
        }

        Assert.Single(Daemon.Events("spawn"));
    }

    private string Configure(int workers) => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
            workers: {{workers}}
            reuseport: { ports: [{{Port}}] }
        """);
}
