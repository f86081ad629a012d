using System.Net;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Decisions.Tests.Diagnosis;

/// <summary>Why a worker that serves is not what it was to become, in the words that a user gets.</summary>
public sealed class AttemptDiagnosisTests
{
    private const int Port = 8080;
    private const string WayOut = "'reuseportctl stop web', then 'reuseportctl apply'";
    private const string Refused = "not replaced: bind 127.0.0.1:8080 tcp: EADDRINUSE; exit code 1; 127.0.0.1:8080 tcp is held by worker web@0 (process 100)";
    private const string Silence = "no line from the preload library: statically linked: /bin/x";

    private static readonly WorkerSnapshot Serves = new(
        new WorkerName("web", 0), WorkerState.Ready, 100, 1, 0, TimeSpan.Zero, null, null, [Outcome("ok", matched: true)])
    {
        User = 33, Ports = new PortFilter([new PortRange(Port, Port)]),
    };

    private static readonly WorkerSnapshot Fell = Serves with
    {
        State = WorkerState.Failed, IsOver = true, Pid = null, Binds = [], Reason = new StateReason.Failure("exit code 1"),
        FailedBind = Outcome("EADDRINUSE", matched: true),
    };

    private static readonly PreloadDiagnosis Static = new(PreloadReason.StaticallyLinked, "/bin/x");

    private static readonly StateReason Waits = new StateReason.WaitsForPorts(PortCoverage.None(Serves.Ports), TimeSpan.FromSeconds(30));

    private static readonly PortHolder Own = new(IsStream: true, IPAddress.Loopback, Port, Inode: 7, Uid: 33, Pid: 100, "x");

    [Fact]
    public void OtherUser_NamesBothAndTheWayOut() => Assert.Equal(
        $"{Refused} of user u33, and its replacement runs as user u0: the kernel shares a port among sockets of one user only: {WayOut}",
        Whole(Fell with { User = 0 }));

    [Fact]
    public void OtherFilter_IsTheFilterAlone() => Assert.Equal(
        $"{Refused}, and its replacement does not share it, as 'reuseport.ports' has 8081 and not 8080; correct that, or what the program takes",
        Whole(Fell with { Ports = new PortFilter([new PortRange(8081, 8081)]), FailedBind = Outcome("EADDRINUSE", matched: false) }));

    /// <summary>What the old one is told of was mended with the new one.</summary>
    [Fact]
    public void FormerWithoutTheLibrary_SaysThatAndNotHowToMendIt() => Assert.Equal(
        $"{Refused}, which does not share it, as the preload library is not in it: {WayOut}",
        Whole(Fell, Serves with { Binds = [], Silence = Static }));

    [Fact]
    public void NeitherWithTheLibrary_SaysThatTheyCannotBothHaveIt() => Assert.Equal(
        $"not replaced: {Silence}; exit code 1; neither it nor the process that it was to replace has the preload library, so the two cannot have one port: {WayOut}",
        Whole(
            Fell with { FailedBind = null, Silence = Static },
            Serves with { Binds = [], Silence = Static }));

    [Fact]
    public void SharingSwitchedOn_SaysThatTheFormerDoesNot() => Assert.Equal(
        $"{Refused}, which does not share it, as 'reuseport.reuse_port' is not true for it: {WayOut}",
        Whole(Fell, Serves with { Binds = [Outcome("ok", matched: true, OptionSetting.Clear)] }));

    [Fact]
    public void FilterOfTheFormer_SaysWhatIsInTheWay() => Assert.Equal(
        $"{Refused}, which bound it unshared, as 'reuseport.ports' has 8081 and not 8080: {WayOut}",
        Whole(Fell, Serves with { Ports = new PortFilter([new PortRange(8081, 8081)]), Binds = [Outcome("ok", matched: false)] }));

    [Fact]
    public void Stranger_IsNamedWithoutTheWayOut() => Assert.Equal(
        "not replaced: bind 127.0.0.1:8080 tcp: EADDRINUSE; exit code 1; 127.0.0.1:8080 tcp is held by nginx (process 44), which does not share it; stop that, or take "
        + "another port",
        Whole(Fell, Serves with { Binds = [] }, Own with { Pid = 44, Inode = 1, Program = "nginx" }));

    [Fact]
    public void NoBindFailed_IsWhatItsProcessSaid() => Assert.Equal(
        "not replaced: exit code 3", Whole(Fell with { FailedBind = null, Reason = new StateReason.Failure("exit code 3") }));

    /// <summary>While it starts nobody knows yet whether it is taken back, so there is no way out to be told of.</summary>
    [Fact]
    public void Starting_IsToldOfOnceThereIsACause()
    {
        var starts = Fell with { State = WorkerState.Starting, IsOver = false, Pid = 101, Reason = Waits };
        var attempt = new Attempt(AttemptKind.Replacement, starts);
        Assert.Null(Says(Serves with { Attempt = attempt with { Process = starts with { FailedBind = null } } }));
        Assert.Equal(
            "its replacement 101 is starting: bind 127.0.0.1:8080 tcp: EADDRINUSE; waits for at most 30 s for port 8080; 127.0.0.1:8080 tcp is held by worker web@0 (process 100) of user u33, and its "
            + "replacement runs as user u0: the kernel shares a port among sockets of one user only; run both as one user, or take another port",
            Says(Serves with { Attempt = attempt with { Process = starts with { User = 0 } } }, Own));
    }

    [Fact]
    public void LastTry_IsToldOfWhileTheNextOneStarts() => Assert.Equal(
        "waits for at most 30 s for port 8080; the last try: 127.0.0.1:8080 tcp is held by nginx (process 44), which does not share it; stop that, or take another port",
        Says(
            Serves with
            {
                State = WorkerState.Starting, Binds = [], Reason = Waits, Attempt = new Attempt(AttemptKind.LastTry, Fell),
            },
            Own with { Pid = 44, Inode = 1, Program = "nginx" }));

    private static string? Whole(WorkerSnapshot fell, WorkerSnapshot? former = null, PortHolder? holder = null) =>
        Says((former ?? Serves) with { Attempt = new Attempt(AttemptKind.FailedReplacement, fell, new UpdateRemedy("web", RemedyVerb.Apply, NeedsStart: false, CanStopFirst: false)) }, holder ?? Own);

    private static string? Says(WorkerSnapshot worker, params PortHolder[] holders) =>
        Explanation.Of(worker, new PortFacts(holders, new FleetSnapshot(TimeSpan.Zero, default, [worker]), uid => $"u{uid}", _ => false));

    private static BindOutcome Outcome(string result, bool matched, OptionSetting sharing = OptionSetting.Set) => new(
        OutcomeKind.Bind, 100, new SocketOutcome(3, 7, "inet", "stream", "127.0.0.1", Port, matched, sharing, OptionSetting.System, null, null), result, "");
}
