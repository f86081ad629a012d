using Reuseportd.Diagnosis;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

using static Decisions.Tests.Diagnosis.BindFacts;

namespace Decisions.Tests.Diagnosis;

/// <summary>The causes for which an update did not replace a serving worker.</summary>
public sealed class ReplacementCausesTests
{
    private const string WayOut = "'reuseportctl stop web', then 'reuseportctl apply'";
    private const string Silence = "no line from the preload library: statically linked: /bin/x";

    private static readonly UpdateRemedy Remedy = new("web", RemedyVerb.Apply, NeedsStart: false, CanStopFirst: false);

    private static readonly WorkerSnapshot Serves = new(
        new WorkerName("web", 0), WorkerState.Ready, 100, 1, 0, TimeSpan.Zero, null, null, [Outcome("ok", matched: true)])
    {
        User = 33, Ports = Filter(Port),
    };

    private static readonly WorkerSnapshot Failed = Serves with
    {
        State = WorkerState.Failed, IsOver = true, Pid = null, Binds = [], Reason = Ended(1),
        FailedBind = Outcome("EADDRINUSE", matched: true),
    };

    private static readonly WorkerSnapshot Starting =
        Failed with { State = WorkerState.Starting, IsOver = false, Pid = 101, Reason = Waits };

    private static readonly PortHolder Own = Nginx with { Inode = 7, Pid = 100, Program = "x" };

    private static readonly Dictionary<string, string[]> All = new()
    {
        ["another user"] = Whole(Failed with { User = 0 }),
        ["another filter"] = Whole(Failed with { Ports = Filter(8081), FailedBind = Outcome("EADDRINUSE", matched: false) }),
        // The remedy for the old process is already part of the new configuration.
        ["the old process has no library"] = Whole(Failed, Serves with { Binds = [], Silence = Static }),
        ["neither process has the library"] = Whole(
            Failed with { FailedBind = null, Silence = Static },
            Serves with { Binds = [], Silence = Static }),
        ["the old process does not share"] =
            Whole(Failed, Serves with { Binds = [Outcome("ok", matched: true, sharing: OptionSetting.Clear)] }),
        ["the old process is outside of its filter"] =
            Whole(Failed, Serves with { Ports = Filter(8081), Binds = [Outcome("ok", matched: false)] }),
        ["held by another program"] = Whole(Failed, Serves with { Binds = [] }, Nginx),
        ["no bind failed"] = Whole(Failed with { FailedBind = null, Reason = Ended(3) }),
        // A replacement that still starts may succeed, so no remedy is named.
        ["the replacement is starting"] =
            Of(Serves with { Attempt = new Attempt(AttemptKind.Replacement, Starting with { User = 0 }) }, Own),
        ["the next try is starting"] = Of(
            Serves with
            {
                State = WorkerState.Starting, Binds = [], Reason = Waits,
                Attempt = new Attempt(AttemptKind.LastTry, Failed),
            },
            Nginx),
    };

    [Fact]
    public void Whole_EachCase_HasTheSentencesOfTheGoldenFile() =>
        Sentences.ExpectGolden("Diagnosis/Golden/replacement-causes.txt", All);

    [Theory]
    [InlineData("another user", "web@0 (process 100) of user u33", "user u0", WayOut)]
    [InlineData("another filter", "web@0 (process 100)", "has 8081 and not 8080")]
    [InlineData("the old process has no library", "web@0 (process 100)", "the preload library", WayOut)]
    [InlineData("neither process has the library", Silence, WayOut)]
    [InlineData("the old process does not share", "web@0 (process 100)", "'reuseport.reuse_port'", WayOut)]
    [InlineData("the old process is outside of its filter", "web@0 (process 100)", "has 8081 and not 8080", WayOut)]
    [InlineData("held by another program", "nginx (process 44)")]
    [InlineData("no bind failed", "exit code 3")]
    [InlineData("the replacement is starting", "replacement 101", "web@0 (process 100) of user u33", "user u0")]
    [InlineData("the next try is starting", "30 s", "port 8080", "nginx (process 44)")]
    public void Whole_EachCase_NamesTheCause(string name, params string[] facts) => Sentences.AssertNames(All[name], facts);

    [Theory]
    [InlineData("another filter")]
    [InlineData("held by another program")]
    [InlineData("no bind failed")]
    [InlineData("the replacement is starting")]
    [InlineData("the next try is starting")]
    public void Whole_StopDoesNotHelp_DoesNotNameIt(string name) =>
        Assert.DoesNotContain(WayOut, Assert.Single(All[name]), StringComparison.Ordinal);

    [Fact]
    public void Whole_ReplacementStartsWithoutACause_IsEmpty() => Assert.Empty(
        Of(Serves with { Attempt = new Attempt(AttemptKind.Replacement, Starting with { FailedBind = null }) }));

    private static string[] Whole(WorkerSnapshot failed, WorkerSnapshot? former = null, PortHolder? holder = null) =>
        Of((former ?? Serves) with { Attempt = new Attempt(AttemptKind.Failed, failed, Remedy) }, holder ?? Own);

    private static string[] Of(WorkerSnapshot worker, params PortHolder[] holders)
    {
        var fleet = new FleetSnapshot(TimeSpan.Zero, default, [worker]);
        var whole = Explanation.Of(worker, new PortFacts(holders, fleet, uid => $"u{uid}", _ => false, _ => true));
        return whole is null ? [] : [whole];
    }

    private static StateReason.Failure Ended(int code) => new(new SlotFailure.Ended(ExitStatus.Exited(code)));
}
