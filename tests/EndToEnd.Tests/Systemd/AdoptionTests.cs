using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>The next daemon takes the workers of a dead or restarted one over.</summary>
public sealed class AdoptionTests(Machine machine) : SystemdTest(machine)
{
    private const int Times = 3;

    [Theory]
    [InlineData("KILL")]
    [InlineData("ABRT")]
    [InlineData("restart")]
    public async Task Daemon_Replaced_WorkersRunOn(string how)
    {
        ConfigureWeb(workers: 3);
        ConfigureLines();
        await StartAsync();
        await Journal.EventAsync("started");
        var before = WorkersOf("web");
        for (var time = 0; time < Times; time++)
        {
            var daemon = await MainPidAsync();
            var started = Journal.Entries.Last(entry => entry.Event == "started");
            await ReplaceAsync(how, daemon);
            var adopted = await Journal.EventAsync("adopted", after: started);
            Assert.Equal("4", adopted["REUSEPORT_WORKERS"]);
            await Journal.EventAsync("started", after: adopted);
            Assert.NotEqual(daemon, await MainPidAsync());
            Assert.Equal(before, WorkersOf("web"));
        }

        await AllAnswerAsync(workers: 3);
        await AssertLinesAsync();
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
    }

    [Fact]
    public async Task Worker_DiesWhileNoDaemonRuns_IsReplacedByTheNext()
    {
        await OverrideAsync("RestartSec=1s");
        ConfigureWeb(workers: 2);
        await StartAsync();
        var before = WorkersOf("web");

        await SignalAsync(await MainPidAsync(), "KILL");
        await SignalAsync(before[1].Pid, "KILL");

        var exit = await Journal.EventAsync("exit", "web", 1);
        await Journal.EventAsync("ready", "web", 1, after: exit);
        Assert.Equal(before[0], WorkersOf("web")[0]);
        await AllAnswerAsync(workers: 2);
    }

    /// <summary>A worker of an earlier daemon is no child of the present one.</summary>
    [Fact]
    public async Task Adopted_WorkerEnds_IsReplaced()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        await SignalAsync(await MainPidAsync(), "KILL");
        var adopted = await Journal.EventAsync("adopted");
        var before = WorkersOf("web");

        await SignalAsync(before[0].Pid, "KILL");

        var exit = await Journal.EventAsync("exit", "web", 0, after: adopted);
        Assert.Equal($"{before[0].Pid}", exit["REUSEPORT_PID"]);
        await Journal.EventAsync("ready", "web", 0, after: exit);
        Assert.Equal(0, (await Machine.RunAsync("reuseportctl", "restart", "web")).Code);
        Assert.Empty(WorkersOf("web").Intersect(before));
        await AllAnswerAsync(workers: 2);
    }

    [Fact]
    public async Task Daemon_KilledAndStopped_LeavesNothing()
    {
        await OverrideAsync("RestartSec=1h");
        ConfigureWeb(workers: 2);
        await StartAsync();
        await SignalAsync(await MainPidAsync(), "KILL");
        await UntilAsync("SubState", "auto-restart");
        Assert.Equal(2, WorkersOf("web").Length);

        await UnitAsync("stop");

        await Deadline.UntilAsync(() => Machine.Workers().Length == 0, "the guard has killed the workers");
    }

    private Task ReplaceAsync(string how, int daemon) =>
        how == "restart" ? Machine.DoAsync("systemctl", "restart", "reuseportd") : SignalAsync(daemon, how);

    /// <summary>A worker that numbers its lines.</summary>
    private void ConfigureLines() => Configure(
        "lines", """
        services:
          lines:
            command: [sh, -c, "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.005; done"]
            readiness: { type: delay, delay: 0s }
            reuseport: { ports: any }
        """);

    private async Task AssertLinesAsync()
    {
        var lines = await JournalctlAsync(1, "REUSEPORT_SERVICE=lines", "REUSEPORT_STREAM=stdout");
        var numbers = lines.Select(line => int.Parse(line.Message.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, lines.Length), numbers);
    }
}
