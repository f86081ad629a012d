using System.Globalization;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Readiness and liveness probes.</summary>
public sealed class ProbeTests
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(1);

    [Fact]
    public void Ready_ByHttp_WhenTheAnswerIsGood()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        var server = WebServer.Service("web", 3, address, Text($"{port}"), folder["healthy"]);
        var starting = fleet.BeginConverge(server with { Readiness = Ready(new ProbeSpec.Http("/ready", null)) });

        // The first probe may fail before the server listens.
        var unwell = Text($"GET /ready on port {port}: status 503");
        while (fleet.Log.Take("probe_failed", "web@1").Field("REUSEPORT_REASON") != unwell) { }
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal(WorkerState.Starting, worker.State));
        folder.Write("healthy", "");

        Assert.Equal(3, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Fact]
    public void Ready_ByTcpOnAPortOfItsOwn_WhenItAccepts()
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        var server = WebServer.Service("web", 2, address, Text($"{{{port}+worker}}"));
        var probe = new ProbeSpec.Tcp(Template.TryParse(Text($"{{{port}+worker}}"), out _));
        Assert.Equal(2, fleet.Converge(server with { Readiness = Ready(probe) }).Counts.Ready);
        Assert.Equal(
            Enumerable.Range(port, 2),
            fleet.Snapshot().Workers.Select(worker => worker.Binds.Max(outcome => outcome.Socket!.Port)));
    }

    [Fact]
    public void Ready_ByTcpWithoutListener_FailsWithReason()
    {
        using var fleet = new Supervised();
        var port = Given.Socket().Port;
        var sleepers = Given.Listening(Given.Sleepers("web", 1), port);
        var slowly = RestartPolicy.Default with { Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };
        _ = fleet.BeginConverge(
            sleepers with { Readiness = Ready(new ProbeSpec.Tcp(null), TimeSpan.FromMinutes(5)), Restart = slowly });
        fleet.Log.Take("probe_failed");
        Deadline.Until(
            () => fleet.Worker("web@0").Reason is StateReason.WaitsForProbe { LastFailure: not null }, "the failure is known");

        fleet.Advance(TimeSpan.FromMinutes(5));

        Assert.Contains(
            "refused", fleet.Log.Take("readiness_timeout", "web@0").Field("REUSEPORT_REASON")!, StringComparison.Ordinal);
        fleet.Log.Take("exit", "web@0");
        Deadline.Until(
            () => fleet.Worker("web@0") is { State: WorkerState.Backoff } worker
                  && worker.Failure is SlotFailure.NotReady { Missing: MissingReadiness.Probe { Failure: not null } },
            "the failure is still known");
    }

    [Fact]
    public void Ready_ByCommand_WhenItEndsWell()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        // The command has the worker's variables, and the pid of its process.
        var check = Command(
            "/bin/sh",
            "-c",
            $"test -e {folder["{worker}"]} && test $REUSEPORT_WORKER = {{worker}} && kill -0 $REUSEPORT_PID"
            + " && test -z $LD_PRELOAD");
        var starting = fleet.BeginConverge(Given.Sleepers("web", 2) with { Readiness = Ready(check) });
        Assert.Equal("the command ended with exit code 1", fleet.Log.Take("probe_failed", "web@0").Field("REUSEPORT_REASON"));
        folder.Write("0", "");
        fleet.Log.Take("ready", "web@0");
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@1").State);
        folder.Write("1", "");
        Assert.Equal(2, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Fact]
    public void Live_CommandThatHangs_IsKilledAndCountsAsAFailure()
    {
        using var fleet = new Supervised();
        var liveness = Live(Command("/bin/sh", "-c", "sleep 600 & wait"), threshold: 1) with { Timeout = Patient };
        fleet.Converge(Given.Sleepers("web", 1) with { Liveness = liveness });
        var first = fleet.Worker("web@0").Pid;
        Deadline.Until(() => OwnProcess.Children().Length > 1, "the command runs");
        fleet.Advance(Patient);

        Assert.Equal("the command had not ended after 1 min", fleet.Log.Take("unresponsive", "web@0").Field("REUSEPORT_REASON"));
        fleet.Log.Take("ready");
        fleet.Log.Take("ready", "web@0");
        Assert.NotEqual(first, fleet.Worker("web@0").Pid);
    }

    [Fact]
    public void Live_OneOfSeveralOnPortHangs_OnlyThatWorkerRestarts()
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        var server = WebServer.Service("web", 3, address, Text($"{port}"));
        // Long enough for an answer on a busy machine, short enough for a test.
        var liveness = Live(new ProbeSpec.Http("/", null), threshold: 3) with
        {
            Period = TimeSpan.FromMilliseconds(250),
            Timeout = TimeSpan.FromSeconds(4),
        };
        fleet.Converge(server with { Liveness = liveness });
        fleet.Log.Take("ready", 3);
        var before = fleet.Snapshot().Workers.Select(worker => worker.Pid!.Value).ToArray();
        using (var stuck = Pidfd.Open(before[1], out _))
            Assert.Equal(Errno.None, stuck!.SendSignal(new Signal(19 /* SIGSTOP */)));

        var found = fleet.Log.Take("unresponsive");
        Assert.Equal([], fleet.Log.All("unresponsive").Skip(1));
        Assert.Equal(("web@1", before[1]), (found.Worker, found.Pid));
        // The suspended worker does not handle SIGTERM.
        fleet.Log.Take("stop", "web@1");
        fleet.Turn();
        fleet.Advance(server.Stop.GracePeriod);
        fleet.Log.Take("ready", "web@1");

        Assert.Equal([], fleet.Log.All("unresponsive").Skip(1));
        var after = fleet.Snapshot().Workers.Select(worker => worker.Pid!.Value).ToArray();
        Assert.Equal((before[0], before[2]), (after[0], after[2]));
        Assert.NotEqual(before[1], after[1]);
    }

    [Fact]
    public void Live_TurnedOnByChange_ProbesRunningWorkersWithoutRestart()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var check = Command("/bin/sh", "-c", $"touch {folder["asked"]}; test -e {folder["well"]}");
        folder.Write("well", "");
        fleet.Converge(Given.Sleepers("web", 1));
        var pid = fleet.Worker("web@0").Pid;

        fleet.Converge(Given.Sleepers("web", 1) with { Liveness = Live(check, threshold: 1) });
        Deadline.Until(() => File.Exists(folder["asked"]), "it is asked");
        Assert.Equal(pid, fleet.Worker("web@0").Pid);

        File.Delete(folder["well"]);
        fleet.Log.Take("unresponsive", "web@0");
    }

    private static ReadinessSpec.Probed Ready(ProbeSpec probe, TimeSpan? timeout = null) => new(probe, Often, timeout ?? Patient);

    private static LivenessSpec Live(ProbeSpec probe, int threshold) => new(probe, TimeSpan.Zero, Often, Patient, threshold);

    private static ProbeSpec.Exec Command(params string[] words) =>
        new(new([.. words.Select(word => Template.TryParse(word, out var error) ?? throw new ArgumentException(error))]));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
