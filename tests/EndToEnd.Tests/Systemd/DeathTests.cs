using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>Workers and daemons that end before their time.</summary>
public sealed class DeathTests(Machine machine) : SystemdTest(machine)
{
    [Fact]
    public async Task Worker_Killed_IsReplaced()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var before = WorkersOf("web");

        await SignalAsync(before[0].Pid, "KILL");

        var exit = await Journal.EventAsync("exit", "web", 0);
        Assert.Equal(
            ("killed", "9", "4", $"{before[0].Pid}"),
            (exit["EXIT_CODE"], exit["EXIT_STATUS"], exit["PRIORITY"], exit["REUSEPORT_PID"]));
        var ready = await Journal.EventAsync("ready", "web", 0, after: exit);
        var after = WorkersOf("web");
        Assert.Equal(ready["REUSEPORT_PID"], $"{after[0].Pid}");
        Assert.Equal("2", after[0].Generation);
        Assert.Equal(before[1], after[1]);
        await AllAnswerAsync(workers: 2);
        await UntilAsync("StatusText", "2 of 2 workers ready");
    }

    [Fact]
    public async Task Daemon_KilledAndNotToKeepWorkers_RestartsWithoutOldWorkers()
    {
        SetDaemon("keep_workers: false");
        ConfigureWeb(workers: 3);
        Configure(
            "forks", $$"""
            services:
              forks:
                command: [{{MachineScript.Workers}}/double-fork, "8081"]
                reuseport: { ports: [8081] }
            """);
        await StartAsync();
        // The grandchild has its own session and is no worker. The process between them ends soon after its fork.
        await Deadline.UntilAsync(() => WorkersOf("forks").Length == 2, "a worker and its grandchild run");
        var first = await Journal.EventAsync("started");
        var (daemon, before) = (await MainPidAsync(), Machine.Workers());

        await SignalAsync(daemon, "KILL");

        await StartedAgainAsync(first, daemon);
        Assert.Empty(Machine.Workers().Intersect(before));
        await AllAnswerAsync(workers: 3);
    }

    [Fact]
    public async Task Daemon_Stuck_IsStartedAgainByTheWatchdog()
    {
        await OverrideAsync("WatchdogSec=5s");
        ConfigureWeb(workers: 2);
        await StartAsync();
        var first = await Journal.EventAsync("started");
        var (daemon, before) = (await MainPidAsync(), WorkersOf("web"));

        await SignalAsync(daemon, "STOP");

        await Journal.WaitAsync(
            "the watchdog",
            entry =>
                entry["UNIT"] == "reuseportd.service" && entry.Message.Contains("Watchdog timeout", StringComparison.Ordinal));
        await StartedAgainAsync(first, daemon);
        Assert.Equal(before, WorkersOf("web"));
        await AllAnswerAsync(workers: 2);
    }

    private async Task StartedAgainAsync(JournalEntry first, int formerDaemon)
    {
        await Journal.EventAsync("started", after: first);
        await UntilAsync("SubState", "running");
        Assert.NotEqual(formerDaemon, await MainPidAsync());
    }
}
