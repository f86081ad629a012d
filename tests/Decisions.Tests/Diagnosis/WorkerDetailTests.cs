using Reuseportd.Diagnosis;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Decisions.Tests.Diagnosis;

public sealed class WorkerDetailTests
{
    private static readonly SlotFailure NotReady = new SlotFailure.NotReady(
        new MissingReadiness.Ports(PortCoverage.None(new PortFilter([new PortRange(8097, 8097)]))));

    private static readonly SlotState Backoff = new SlotState.Backoff(TimeSpan.Zero, TimeSpan.Zero, Ended(1));
    private static readonly SlotState Late = new SlotState.Failed(NotReady);
    private static readonly SlotPolicy Policy = SlotPolicy.From(Specs.Service("web")) with
    {
        Readiness = new ReadinessSpec.Bind(TimeSpan.FromSeconds(30)),
        Ports = new PortFilter([new PortRange(8097, 8097)]),
    };

    private static readonly WorkerName Name = new("web", 0);

    private readonly WorkerProcess _process = new(
        1, new WorkerSlot(Name, new Service(Specs.Service("web"))), 1, null!, "/bin/server",
        new Account(null, new Identity(0, 0, []), null, null), new Credentials(new Identity(0, 0, []), NoNewPrivileges: false),
        Specs.Service("web"), TimeSpan.Zero);

    [Fact]
    public void Of_FailedBind_IsTheCause()
    {
        _process.Remember(Outcome(8097, "EADDRINUSE"));
        Assert.Equal("bind 127.0.0.1:8097 tcp: EADDRINUSE; exit code 1", Of(Backoff));
        Assert.Equal("bind 127.0.0.1:8097 tcp: EADDRINUSE; waits for at most 30 s for port 8097", Of(Starting));
        Assert.Null(Of(new SlotState.Ready(TimeSpan.Zero)));
        Assert.Null(Of(new SlotState.Stopped()));
    }

    [Fact]
    public void Of_FailedListen_IsTheCause()
    {
        _process.Remember(Outcome(8097, "ok"));
        _process.Remember(Outcome(8097, "EADDRINUSE") with { Kind = OutcomeKind.Listen });
        Assert.Equal("listen 127.0.0.1:8097 tcp: EADDRINUSE; exit code 1", Of(Backoff));
    }

    [Fact]
    public void Of_BoundPortOutsideOfTheFilter_IsNamed()
    {
        _process.Remember(Outcome(8098, "ok", matched: false));
        Assert.Equal("not ready in time: port 8097 missing, bound 8098", Of(Late));
        Assert.Equal("waits for at most 30 s for port 8097, bound 8098", Of(Starting));
        Assert.Equal(
            "not ready in time: port 8097 missing, bound 8098",
            Of(new SlotState.Stopping(null, new AfterStop.Retry(NotReady, null))));
    }

    [Fact]
    public void Of_WorkerThatServed_OtherPortsAreNoCause()
    {
        _process.Remember(Outcome(8098, "ok", matched: false));
        _process.Remember(Outcome(8097, "ok") with { Kind = OutcomeKind.Listen });
        Assert.Equal("exit code 1", Of(Backoff));
    }

    [Fact]
    public void For_SilentLibrary_ReadyWorkersHaveTheReasonToo()
    {
        _process.RecordSilence(new PreloadDiagnosis(PreloadReason.StaticallyLinked, "/bin/server"));
        Assert.Equal("no line from the preload library: statically linked: /bin/server", Of(new SlotState.Ready(TimeSpan.Zero)));
        Assert.Equal("no line from the preload library: statically linked: /bin/server; exit code 1", Of(Backoff));
        Assert.Null(Of(new SlotState.Stopped()));
    }

    [Fact]
    public void Of_PortsThatTheExplanationNames_AreOmitted()
    {
        _process.Remember(Outcome(8098, "ok", matched: false));
        Assert.Equal("waits for at most 30 s for port 8097", Of(Starting, namesPorts: false));
        Assert.Equal("exit code 1", Of(Backoff, namesPorts: false));
    }

    [Fact]
    public void For_Probe_HasItsProgress()
    {
        var policy = Policy with
        {
            Readiness = new ReadinessSpec.Probed(new ProbeSpec.Tcp(null), ReadinessSpec.DefaultPeriod, TimeSpan.FromSeconds(20)),
        };
        Assert.Equal("waits for at most 20 s for its probe, which has not been sent yet", Of(Starting, policy));
        Assert.Equal(
            "waits for at most 20 s for its probe, which has no answer yet",
            WorkerDetail.Of(ProcessFacts.Of(Name, Starting, policy, _process, pid: null, isProbed: true)));
        var failed = (SlotState.Starting)Starting with { ProbeFailure = "127.0.0.1:8911: Connection refused" };
        Assert.Equal("waits for at most 20 s for its probe: 127.0.0.1:8911: Connection refused", Of(failed, policy));
    }

    [Fact]
    public void Of_OtherReadinessThanPorts_NamesTheTimeout()
    {
        var limit = TimeSpan.FromSeconds(30);
        Assert.Equal(
            "waits for at most 30 s for READY=1", Of(Starting, Policy with { Readiness = new ReadinessSpec.Notify(limit) }));
        Assert.Equal(
            "waits for its readiness delay of 2 s",
            Of(Starting, Policy with { Readiness = new ReadinessSpec.Delay(TimeSpan.FromSeconds(2), limit) }));
    }

    [Fact]
    public void For_OtherReasons_NamesTheObstacle()
    {
        (StateReason Reason, string Words)[] reasons =
        [
            (new StateReason.NoRoom("pid_max is 400"), "waits for room: pid_max is 400"),
            (new StateReason.WaitsForServices(["db", "cache"]), "waits for db, cache"),
            (new StateReason.WaitsForFormerTree(), "waits until the processes of an earlier generation have ended"),
        ];
        Assert.All(reasons, row => Assert.Equal(row.Words, StateReasonWords.Of(row.Reason)));
    }

    [Fact]
    public void For_SettlingWorker_HasTheSettleTime()
    {
        var policy = Policy with { Readiness = Policy.Readiness with { Settle = TimeSpan.FromMilliseconds(300) } };
        var settling = (SlotState.Starting)Starting with { ServesSince = TimeSpan.Zero };
        Assert.Equal("serves; becomes ready after 300 ms of service", Of(settling, policy));
    }

    [Theory]
    [InlineData(1, "exit code 0; the worker left 1 process behind; if the program daemonizes, keep it in the foreground")]
    [InlineData(3, "exit code 0; the worker left 3 processes behind; if the program daemonizes, keep it in the foreground")]
    public void Of_ExitWithCodeZeroAndProcessesLeft_SuggestsADaemonizingProgram(int left, string words)
    {
        _process.RecordExit(isUnasked: true);
        _process.RecordLeftBehind(left);
        Assert.Equal(words, Of(new SlotState.Backoff(TimeSpan.Zero, TimeSpan.Zero, Ended(0))));
        Assert.Equal(words, Of(new SlotState.Stopped()));
    }

    [Fact]
    public void For_CrashedOrStoppedWorker_LeftProcessesAreNotNamed()
    {
        _process.RecordLeftBehind(1);
        Assert.Equal("exit code 1", Of(Backoff));
        Assert.Null(Of(new SlotState.Stopped()));
    }

    [Fact]
    public void Trouble_RollingRestart_IsNone()
    {
        var ready = ProcessFacts.Of(Name, new SlotState.Ready(TimeSpan.Zero), Policy, _process, pid: 7);
        WorkerActivity[] ordinary =
        [
            new WorkerActivity.SecondProcess(8, WorkerState.Starting, null), new WorkerActivity.Drains(3),
        ];
        Assert.All(ordinary, activity => Assert.NotNull(WorkerDetail.Of(ready with { Activity = activity })));
        Assert.All(ordinary, activity => Assert.Null(WorkerDetail.Trouble(ready with { Activity = activity })));
        Assert.NotNull(WorkerDetail.Trouble(ready with { Activity = new WorkerActivity.Stuck() }));
        Assert.Equal(
            "exit code 1", WorkerDetail.Trouble(ProcessFacts.Of(Name, Backoff, Policy, process: null, pid: null)));
    }

    [Fact]
    public void Of_NoProcess_IsTheReasonOnly() => Assert.Equal(
        "exit code 1", WorkerDetail.Of(ProcessFacts.Of(Name, Backoff, Policy, process: null, pid: null)));

    private static SlotFailure.Ended Ended(int code) => new(ExitStatus.Exited(code));

    private static SlotState Starting =>
        new SlotState.Starting(StartPhase.Running, TimeSpan.Zero, Due: null, PortCoverage.None(Policy.Ports));

    private static BindOutcome Outcome(int port, string result, bool matched = true) => new(
        OutcomeKind.Bind, 1,
        new SocketOutcome(
            3, 7, "inet", "stream", "127.0.0.1", port, matched, OptionSetting.Set, OptionSetting.System, null, null),
        result, "");

    private string? Of(SlotState state, bool namesPorts = true) => Of(state, Policy, namesPorts);

    private string? Of(SlotState state, SlotPolicy policy, bool namesPorts = true) =>
        WorkerDetail.Of(ProcessFacts.Of(Name, state, policy, _process, pid: null), namesPorts);
}
