using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>Signals to a starting daemon, and a start without standard streams.</summary>
public sealed class EarlySignalTests : DaemonTest
{
    /// <summary>Bits of SigCgt in proc_pid_status(5): caught signals.</summary>
    private const ulong HangupCaught = 1;

    [Fact]
    public async Task Hangup_EarlyInTheStart_DoesNotEndTheDaemon()
    {
        ConfigureOne();
        Daemon.Launch();
        await HeardAsync();
        for (var round = 0; round < 50; round++) Daemon.Signal(Processes.Hangup);
        await Daemon.EventAsync("started");

        Assert.Single(Daemon.Events("spawn"));
    }

    [Fact]
    public async Task Terminate_AsSoonAsTheSocketIsThere_LeavesNone()
    {
        ConfigureOne();
        Daemon.Launch();
        await Deadline.UntilAsync(() => File.Exists(Daemon.ControlSocket), "the socket is there");
        await Daemon.StopAsync();

        Assert.Equal(Daemon.Events("spawn").Length, Daemon.Events("exit").Length);
        Assert.False(File.Exists(Daemon.ControlSocket));
        Assert.False(File.Exists(Daemon.ControlSocket + ".lock"));
    }

    /// <summary>The first worker starts before the HTTP server is there.</summary>
    [Fact]
    public async Task Terminate_AsSoonAsAWorkerStarts_StopsIt()
    {
        ConfigureOne();
        Daemon.Launch();
        await Daemon.EventAsync("spawn");
        await Daemon.StopAsync();

        Assert.Equal("exit", Assert.Single(Daemon.Events("exit"))["REUSEPORT_EVENT"]);
        Assert.Single(Daemon.Events("stopped"));
    }

    /// <summary>Without this, the log would go into the first file that the daemon opened.</summary>
    [Fact]
    public async Task Start_ClosedStreams_AreDevNull()
    {
        Directory.CreateDirectory(Daemon.Config);
        var socket = $"--socket {Daemon.ControlSocket}";
        var script = $"{Artifacts.Daemon} --config {Daemon.Config} {socket} --log json <&- >&- 2>&- & daemon=$!\n"
                     + $"until {Artifacts.Control} status {socket} >/dev/null 2>&1; do kill -0 $daemon || exit 9; done\n"
                     + "for fd in 0 1 2; do readlink /proc/$daemon/fd/$fd; done\n"
                     + "kill -TERM $daemon; wait $daemon";
        var run = await Command.RunAsync("sh", ["-c", script]);

        Assert.Equal((0, "/dev/null\n/dev/null\n/dev/null\n", ""), (run.Code, run.Out, run.Error));
    }

    private Task HeardAsync() => Deadline.UntilAsync(
        () => Processes.Status(Daemon.Pid, "SigCgt") is { } caught && (Convert.ToUInt64(caught, 16) & HangupCaught) != 0,
        "SIGHUP is heard");

    private void ConfigureOne() => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
            reuseport: { ports: [{{Port}}] }
        """);
}
