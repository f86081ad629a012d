using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>The next daemon takes the workers of a dead or restarted one over.</summary>
public sealed class AdoptionTests(Machine machine) : NextDaemonTest(machine)
{
    private const int Times = 3;

    [Theory]
    [InlineData("KILL", "ebpf", true)]
    [InlineData("KILL", "cbpf", true)]
    [InlineData("KILL", "none", true)]
    [InlineData("KILL", "ebpf", false)]
    [InlineData("ABRT", "auto", true)]
    [InlineData("restart", "ebpf", true)]
    [InlineData("restart", "cbpf", true)]
    [InlineData("restart", "none", false)]
    public async Task Daemon_Replaced_WorkersRunOn(string how, string steering, bool delegates)
    {
        SetDaemon($"steering: {steering}");
        if (!delegates) await OverrideAsync("Delegate=no");
        ConfigureWeb(workers: 3);
        ConfigureLines();
        await StartAsync();
        await Journal.EventAsync("started");
        var before = WorkersOf("web");
        for (var time = 0; time < Times; time++)
        {
            var daemon = await MainPidAsync();
            var started = Journal.Entries.Last(entry => entry.Event == "started");
            await ReplaceAsync(how);
            var adopted = await Journal.EventAsync("adopted", after: started);
            Assert.Equal("4", adopted["REUSEPORT_WORKERS"]);
            await Journal.EventAsync("started", after: adopted);
            Assert.NotEqual(daemon, await MainPidAsync());
            Assert.Equal(before, WorkersOf("web"));
        }

        await AssertStatusAsync();
        await AllAnswerAsync(workers: 3);
        await AssertLinesAsync(mayRepeat: how != "restart");
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

    /// <summary>The file of the program passes the check of the state, and then fails.</summary>
    [Fact]
    public async Task Reexec_ProgramFailsAfterTheExec_NextDaemonTakesTheWorkersOver()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var (before, started) = (WorkersOf("web"), await Journal.EventAsync("started"));
        await ReplaceProgramAsync("[ -z \"$REUSEPORTD_STATE\" ] || exit 1");
        try
        {
            await Machine.RunAsync("reuseportctl", "reexec");
            await Journal.EventAsync("started", after: await Journal.EventAsync("adopted", after: started));
        }
        finally
        {
            await RestoreProgramAsync();
        }

        Assert.Equal(before, WorkersOf("web"));
        await AllAnswerAsync(workers: 2);
    }

    /// <summary>A state cannot be taken while a program of a probe runs.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("    liveness: { type: exec, command: [sleep, 0.2s], period: 1ms }")]
    public async Task Restart_ProgramRefusesTheState_WorkersAreStoppedInOrder(string probe)
    {
        ConfigureWeb(workers: 2, probe);
        await StartAsync();
        var before = WorkersOf("web");
        await ReplaceProgramAsync("case $* in *--check-state*) echo refused; exit 1 ;; esac");
        try
        {
            await ReplaceAsync("restart");
            var refused = await Journal.EventAsync("not_replaced");
            Facts.AssertIn(refused["REUSEPORT_REASON"], "refused");
            await Journal.EventAsync("stopped", after: refused);
        }
        finally
        {
            await RestoreProgramAsync();
        }

        Assert.Empty(WorkersOf("web").Intersect(before));
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event is "not_adopted" or "adopted");
        await AllAnswerAsync(workers: 2);
    }

    /// <summary>The workers run on with the configuration that they have.</summary>
    [Fact]
    public async Task Restart_ConfigurationHasErrors_WorkersRunOn()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var before = WorkersOf("web");
        Configure("broken", "services: [");
        await Machine.DoAsync("systemctl", "restart", "reuseportd");
        await Journal.EventAsync("reload_failed");
        Assert.Equal(before, WorkersOf("web"));
        Unconfigure("broken");
        await Machine.DoAsync("systemctl", "reload", "reuseportd");
        Assert.Equal(before, WorkersOf("web"));
    }

    /// <summary>The next daemon takes up changed files, as at each of its starts.</summary>
    [Fact]
    public async Task Restart_ConfigurationHasChanged_WorkersAreReplacedAndNoRequestFails()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var before = WorkersOf("web");
        ConfigureWeb(workers: 3, "    environment: { CHANGED: yes }");
        await Machine.DoAsync("systemctl", "restart", "reuseportd");
        Assert.Empty(WorkersOf("web").Intersect(before));
        Assert.Equal(3, WorkersOf("web").Length);
        await AllAnswerAsync(workers: 3);
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

    /// <summary>The guard is stopped, so the next daemon waits for its answer while the restart begins.</summary>
    [Fact]
    public async Task Restart_WhileTheNextDaemonStarts_WorkersAndControlSocketStay()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var started = await Journal.EventAsync("started");
        var (before, socket) = (WorkersOf("web"), await ControlSocketAsync());
        var guard = await GuardAsync();
        await SignalAsync(guard, "STOP");
        await NextDaemonAsync(HandlesStop, "handles SIGTERM");
        var client = Machine.RunAsync("reuseportctl", "status");
        await UnitAsync("restart", "--no-block");
        await UntilAsync("SubState", "stop-sigterm");
        await SignalAsync(guard, "CONT");

        await Journal.EventAsync("started", after: await Journal.EventAsync("adopted", after: started));
        Assert.Equal(before, WorkersOf("web"));
        Assert.Equal(socket, await ControlSocketAsync());
        Assert.Equal(0, (await client).Code);
    }

    /// <summary>
    /// The guard is stopped, so the next daemon dies before it reads the guard's answer. The answer is not for the one after it.
    /// </summary>
    [Fact]
    public Task NextDaemon_DiesBeforeTheAnswerOfTheGuard_WorkersRunOn() =>
        AdoptsAfterAsync(next => SignalAsync(next, "KILL"));

    /// <summary>No daemon can start beside workers and a control socket that a stopped guard may have.</summary>
    [Fact]
    public Task NextDaemon_GuardDoesNotAnswer_IsStartedAgainUntilItDoes() => AdoptsAfterAsync(
        next => Deadline.UntilAsync(
            async () => await MainPidAsync() is var third && third != 0 && third != next, "systemd starts the daemon again"));

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

    /// <param name="script">Lines of a shell that come before the exec of the real program.</param>
    private Task<string> ReplaceProgramAsync(string script) => Machine.DoAsync(
        "sh", "-c",
        """
        mv /usr/bin/reuseportd /usr/bin/reuseportd.good
        printf '#!/bin/sh\n%s\nexec /usr/bin/reuseportd.good "$@"\n' "$1" >/usr/bin/reuseportd
        chmod 755 /usr/bin/reuseportd
        """,
        "sh", script);

    private Task<string> RestoreProgramAsync() => Machine.DoAsync("mv", "/usr/bin/reuseportd.good", "/usr/bin/reuseportd");

    private Task<string> ControlSocketAsync() => Machine.DoAsync("stat", "--format=%i", "/run/reuseportd/control.sock");

    private async Task<int> GuardAsync() =>
        int.Parse(await Machine.DoAsync("pgrep", "-x", "reuseport-guard"), CultureInfo.InvariantCulture);

    /// <summary>Kills the daemon, and waits for a state of the next one.</summary>
    /// <returns>The pid of the next one.</returns>
    private async Task<int> NextDaemonAsync(Func<int, bool> isReached, string state)
    {
        var (daemon, next) = (await MainPidAsync(), 0);
        await SignalAsync(daemon, "KILL");
        await Deadline.UntilAsync(
            async () => (next = await MainPidAsync()) != 0 && next != daemon && isReached(next), $"the next daemon {state}");
        return next;
    }

    /// <param name="pid">A pid in the machine.</param>
    private bool WaitsForAnswer(int pid)
    {
        // x86-64 and the generic table of system calls.
        const string poll = "7 ", ppoll = "271 ", genericPpoll = "73 ";
        return Processes.TryRead(Machine.Path($"/proc/{pid}/syscall")) is { } call && HandlesStop(pid)
            && new[] { poll, ppoll, genericPpoll }.Any(one => call.StartsWith(one, StringComparison.Ordinal));
    }

    /// <param name="pid">A pid in the machine.</param>
    private bool HandlesStop(int pid)
    {
        const string caught = "SigCgt:";
        var status = Processes.TryRead(Machine.Path($"/proc/{pid}/status"))?.Split('\n');
        var line = status?.First(text => text.StartsWith(caught, StringComparison.Ordinal));
        return line is not null && (Convert.ToUInt64(line[caught.Length..].Trim(), 16) & 1 << Processes.Terminate - 1) != 0;
    }

    /// <summary>A daemon takes the workers over after the guard was stopped, and the next daemon had no answer of it.</summary>
    /// <param name="end">The end of the next daemon, by its pid. After it the guard goes on.</param>
    private async Task AdoptsAfterAsync(Func<int, Task> end)
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var (started, before) = (await Journal.EventAsync("started"), WorkersOf("web"));
        var guard = await GuardAsync();
        await SignalAsync(guard, "STOP");
        await end(await NextDaemonAsync(WaitsForAnswer, "waits for the guard"));
        await SignalAsync(guard, "CONT");

        await Journal.EventAsync("started", after: await Journal.EventAsync("adopted", after: started));
        Assert.Equal(before, WorkersOf("web"));
        await AllAnswerAsync(workers: 2);
    }

    /// <summary>A worker that numbers its lines.</summary>
    private void ConfigureLines() => Configure(
        "lines", """
        services:
          lines:
            command: [sh, -c, "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.005; done"]
            readiness: { type: delay, delay: 0s }
            reuseport: { ports: any }
        """);

    /// <summary>The status tells of the adoption, and has the usage of processes that are no children.</summary>
    private async Task AssertStatusAsync()
    {
        var status = JsonNode.Parse(await Machine.DoAsync("reuseportctl", "status", "-o", "json"))!;
        var adopted = status["adopted"]!;
        Assert.Equal((4, 4), ((int)adopted["workers"]!, (int)adopted["of"]!));
        Assert.All(status["workers"]!.AsArray(), worker => Assert.InRange((long)worker!["memory"]!, 1, long.MaxValue));
    }

    private async Task AssertLinesAsync(bool mayRepeat)
    {
        var lines = await JournalctlAsync(1, "REUSEPORT_SERVICE=lines", "REUSEPORT_STREAM=stdout");
        NumberedLines.AssertAll(lines.Select(line => line.Message), mayRepeat);
    }
}
