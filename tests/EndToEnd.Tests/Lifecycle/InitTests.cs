using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>The daemon as process 1 of a container without an init: orphans become its children.</summary>
public sealed class InitTests : DaemonTest
{
    private const int Interrupt = 2;

    public InitTests()
    {
        Root.Require();
        // A shell ignores signals for its background jobs, and the daemon would inherit that.
        Daemon.Wrapper = ["env", "--default-signal", "unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
        Daemon.Find = unshare => Assert.Single(Processes.ChildrenOf(unshare));
        // On a pipe the log is JSON by default.
        Daemon.LogForm = [];
    }

    [Theory]
    [InlineData(Processes.Terminate)]
    [InlineData(Interrupt)]
    public async Task Init_Sigterm_StopsCleanly(int signal)
    {
        Configure("trap 'echo asked; exit 7' TERM; sleep 1000 & echo up; wait", 3);
        await Daemon.StartAsync();
        for (var number = 0; number < 3; number++) await Daemon.LineAsync("up", $"job@{number}");
        Assert.Equal("1", Processes.Status(Daemon.Pid, "NSpid")!.Split('\t')[^1]);
        Daemon.Signal(signal);

        Assert.Equal(0, await Daemon.ExitAsync());
        Assert.Equal(3, Daemon.Events("exit").Length);
        Assert.All(Daemon.Events("exit"), exit => Assert.Equal(("exited", "7"), (exit["EXIT_CODE"], exit["EXIT_STATUS"])));
        Assert.Single(Daemon.Events("stopped"));
        Assert.Null(Daemon.Log.Broken);
    }

    [Fact]
    public async Task Init_SignalDuringTheStop_ContinuesTheStop()
    {
        await Command.RunAsync("mkfifo", [Daemon.Folder["leave"]]);
        Configure($"trap 'echo asked; read word <>{Daemon.Folder["leave"]}; exit 7' TERM; sleep 1000 & echo up; wait", 1);
        await Daemon.StartAsync();
        await Daemon.LineAsync("up");
        Daemon.Signal(Processes.Terminate);
        await Daemon.LineAsync("asked");
        foreach (var signal in (int[])[Processes.Terminate, Interrupt, Processes.Terminate, Processes.Hangup])
            Daemon.Signal(signal);
        // The daemon answers, so the signals have not ended it. Then the worker may end.
        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
        await File.AppendAllTextAsync(Daemon.Folder["leave"], "go\n");

        Assert.Equal(0, await Daemon.ExitAsync());
        Assert.Equal("7", Assert.Single(Daemon.Events("exit"))["EXIT_STATUS"]);
        Assert.DoesNotContain(Daemon.Events("kill"), kill => kill.Message.Contains("killed, with", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_WorkersIgnoreSigterm_AreKilledAfterTheGracePeriod()
    {
        Configure($"exec {Checkout.Worker("ignore-term")}", 2, "stop_grace_period: 300ms");
        await Daemon.StartAsync();
        await Daemon.LineAsync("ignoring", "job@0");
        await Daemon.LineAsync("ignoring", "job@1");
        Daemon.Signal(Processes.Terminate);

        Assert.Equal(0, await Daemon.ExitAsync());
        Assert.All(Daemon.Events("exit"), exit => Assert.Equal(("killed", "9"), (exit["EXIT_CODE"], exit["EXIT_STATUS"])));
    }

    /// <summary>Reaping orphans must not take the exit status of a worker from its owner.</summary>
    [Fact]
    public async Task Init_WorkersEnd_HaveTheirExitCodes()
    {
        Configure("sleep 0 & sleep 0 & exit 3", 20, "restart: no");
        await Daemon.StartAsync();
        for (var number = 0; number < 20; number++)
        {
            var exit = await Daemon.EventAsync("exit", $"job@{number}");
            Assert.Equal(("exited", "3"), (exit["EXIT_CODE"], exit["EXIT_STATUS"]));
        }

        await NoZombiesAsync();
    }

    [Fact]
    public async Task Init_OrphanOfAnotherProcess_IsReapedAndNotKilled()
    {
        Configure("exec sleep 1000", 1);
        await Daemon.StartAsync();
        var entered = await Command.RunAsync(
            "nsenter", ["--target", $"{Daemon.Pid}", "--pid", "--mount", "sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"]);
        var orphan = Processes.ChildrenOf(Daemon.Pid).Single(
            pid => Processes.Status(pid, "NSpid")!.EndsWith($"\t{entered.Out.Trim()}", StringComparison.Ordinal));

        // The daemon looks for leftovers of a worker at its end, and must not kill the orphan.
        Processes.Signal(Worker(), Processes.Kill);
        await Daemon.EventAsync("ready", "job@0", after: await Daemon.EventAsync("exit", "job@0"));
        Assert.True(Processes.Runs(orphan));
        Processes.Signal(orphan, Processes.Kill);
        await Deadline.UntilAsync(() => !Directory.Exists($"/proc/{orphan}"), "the orphan is reaped");
        await NoZombiesAsync();
    }

    /// <summary>The kernel gives process 1 only signals with a handler.</summary>
    [Fact]
    public async Task Init_OtherSignals_AreNotForwarded()
    {
        const string traps = "trap 'echo got HUP' HUP; trap 'echo got USR1' USR1; trap 'echo got INT' INT";
        Configure($"{traps}; echo up; while :; do sleep 1000 & wait; done", 1);
        await Daemon.StartAsync();
        await Daemon.LineAsync("up");
        const int user1 = 10, user2 = 12, alarm = 14, poll = 29;
        foreach (var signal in (int[])[user1, user2, alarm, poll]) Daemon.Signal(signal);
        Daemon.Signal(Processes.Hangup);
        await Daemon.EventAsync("reload");
        // SIGUSR2 replaces the daemon, which refuses commands meanwhile.
        await Daemon.EventAsync("started", after: await Daemon.EventAsync("adopted"));
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);

        Assert.Equal(["up"], Daemon.Log.Records.Where(record => record.IsLine).Select(record => record.Message));
        Assert.Empty(Daemon.Events("exit"));
        Assert.Equal(0, await StopAsync());
    }

    [Fact]
    public async Task Init_Reexec_WorkersRunOnAndTheStopEndsAll()
    {
        Configure("exec sleep 1000", 2);
        await Daemon.StartAsync();
        int[] before = [];
        await Deadline.UntilAsync(() => (before = Sleepers()).Length == 2, "each worker has executed its program");
        const int user2 = 12;
        for (var time = 1; time <= 3; time++)
        {
            Daemon.Signal(user2);
            await Daemon.Log.WaitAsync(_ => Daemon.Events("adopted").Length == time, "the new program has the workers");
            await Daemon.EventAsync("started", after: Daemon.Events("adopted")[^1]);
        }

        Assert.Equal(before, Sleepers());
        // A stop in the moment of a replacement is passed on to the new program.
        Daemon.Signal(user2);
        Assert.Equal(0, await StopAsync());
    }

    [Fact]
    public async Task Init_GuardIsKilled_IsReported()
    {
        Configure("exec sleep 1000", 1);
        await Daemon.StartAsync();
        int? guard = null;
        await Deadline.UntilAsync(
            () => (guard = Processes.ChildrenOf(Daemon.Pid).Cast<int?>().FirstOrDefault(
                pid => Processes.Status(pid!.Value, "Name") == "reuseport-guard")) is not null,
            "the guard has its name");
        Processes.Signal(guard!.Value, Processes.Kill);
        await Daemon.EventAsync("guard");

        await NoZombiesAsync();
        Assert.Equal(0, await StopAsync());
    }

    private Task<int> StopAsync()
    {
        Daemon.Signal(Processes.Terminate);
        return Daemon.ExitAsync();
    }

    private int[] Sleepers() =>
        [.. Processes.ChildrenOf(Daemon.Pid).Where(pid => Processes.Status(pid, "Name") == "sleep").Order()];

    private int Worker() =>
        Processes.ChildrenOf(Daemon.Pid).Single(pid => Processes.Environment(pid).Contains("REUSEPORT_WORKER=0"));

    private Task NoZombiesAsync() =>
        Deadline.UntilAsync(() => Processes.ChildrenOf(Daemon.Pid).All(Processes.Runs), "every child that has ended is reaped");

    private void Configure(string script, int workers, string more = "umask: \"0022\"") => Daemon.Configure($$"""
        services:
          job:
            command: [sh, -c, {{System.Text.Json.JsonSerializer.Serialize(script)}}]
            workers: {{workers}}
            readiness: { type: delay, delay: 0s }
            {{more}}
            reuseport: { ports: any }
        """);
}
