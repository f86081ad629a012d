using System.Net;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Decisions.Tests.Diagnosis;

/// <summary>Each cause in the words that a user gets.</summary>
public sealed class BindCausesTests
{
    private const int Port = 8080;

    private static readonly WorkerSnapshot Ready = new(
        new WorkerName("web", 0), WorkerState.Ready, 100, 1, 0, TimeSpan.Zero, null, null, [])
    {
        User = 33, Ports = new PortFilter([new PortRange(Port, Port)]),
    };

    private static readonly WorkerSnapshot Taken =
        Ready with { State = WorkerState.Backoff, Pid = null, FailedBind = Outcome("EADDRINUSE", matched: true) };

    private static readonly WorkerSnapshot TakenOutside = Taken with { FailedBind = Outcome("EADDRINUSE", matched: false, port: 8081) };

    private static readonly WorkerSnapshot Db = Ready with { Name = new WorkerName("db", 3), Pid = 7, Ports = new PortFilter([new PortRange(5432, 5432)]) };

    private static readonly PortHolder Nginx = new(IsStream: true, IPAddress.Loopback, Port, Inode: 1, Uid: 33, Pid: 44, "nginx");

    private const string OneUser = "the kernel shares a port among sockets of one user only; run both as one user, or take another port";

    [Fact]
    public void Of_WorkerThatServes_IsNothing() =>
        Assert.Empty(Of(Ready with { Binds = [Outcome("ok", matched: true), Outcome("ok", matched: false, port: 9000)] }));

    [Fact]
    public void Of_OtherPort_SaysBoth() => Assert.Equal(
        ["it bound 127.0.0.1:8081 tcp, which it does not share, as 'reuseport.ports' has 8080 and not 8081; correct that, or what the program takes"],
        Of(Ready with { State = WorkerState.Starting, Binds = [Outcome("ok", matched: false, port: 8081)] }));

    [Fact]
    public void Of_OtherAddress_SaysSo() => Assert.Equal(
        ["it bound 127.0.0.1:8080 tcp, which it does not share, as 'reuseport.address' does not contain 127.0.0.1; correct that, or what the program takes"],
        Of(Ready with { State = WorkerState.Starting, Binds = [Outcome("ok", matched: false)] }));

    [Fact]
    public void Of_PortOfAStranger_NamesItsHolder() => Assert.Equal(
        ["127.0.0.1:8080 tcp is held by nginx (process 44), which does not share it; stop that, or take another port"], Of(Taken, Nginx));

    [Fact]
    public void Of_PortOfAnotherUser_NamesBothUsers() => Assert.Equal(
        [$"127.0.0.1:8080 tcp is held by nginx (process 44) of user u0, and this worker runs as user u33: {OneUser}"],
        Of(Taken, Nginx with { Pid = 7, Inode = 2 }, Nginx with { Uid = 0 }));

    /// <summary>Both are in the way, and mending the one alone would not help.</summary>
    [Fact]
    public void Of_PortOfAnotherUserAndOutsideOfTheFilter_SaysBoth() => Assert.Equal(
        [
            $"127.0.0.1:8081 tcp is held by nginx (process 44) of user u0, and this worker runs as user u33: {OneUser}; besides, "
            + "'reuseport.ports' has 8080 and not 8081, so this worker does not share it: correct that, or what the program takes",
        ],
        Of(TakenOutside, Nginx with { Port = 8081, Uid = 0 }));

    [Fact]
    public void Of_PortOfAStrangerAndOutsideOfTheFilter_SaysBoth() => Assert.Equal(
        [
            "127.0.0.1:8081 tcp is held by nginx (process 44), which does not share it; stop that, or take another port; besides, "
            + "'reuseport.ports' has 8080 and not 8081, so this worker does not share it: correct that, or what the program takes",
        ],
        Of(TakenOutside, Nginx with { Port = 8081 }));

    /// <summary>The first worker has the port because of the filter, and that is what the second is told.</summary>
    [Fact]
    public void Of_PortOfANeighbourOutsideOfTheFilter_NamesTheFilter() => Assert.Equal(
        [
            "127.0.0.1:8081 tcp is held by worker web@1 (process 100), which bound it unshared, as 'reuseport.ports' has 8080 and not 8081; correct that, or "
            + "what the program takes",
        ],
        Of(TakenOutside, [Ready with { Name = new WorkerName("web", 1), Binds = [Outcome("ok", matched: false, port: 8081)] }], Nginx with { Port = 8081, Pid = 100 }));

    /// <summary>SO_REUSEADDR alone: its own socket is bound, too, and is not in its own way.</summary>
    [Fact]
    public void Of_ListenThatFailedBehindABind_NamesTheNeighbourOnce()
    {
        var worker = TakenOutside with
        {
            State = WorkerState.Starting, Pid = 101, Binds = [Outcome("ok", matched: false, port: 8081, inode: 8)], FailedBind = TakenOutside.FailedBind! with { Kind = OutcomeKind.Listen },
        };
        var neighbour = Ready with { Name = new WorkerName("web", 1), Binds = [Outcome("ok", matched: false, port: 8081)] };
        var holder = Nginx with { Port = 8081 };
        Assert.Equal(
            [
                "127.0.0.1:8081 tcp is held by worker web@1 (process 100), which bound it unshared, as 'reuseport.ports' has 8080 and not 8081; correct that, or "
                + "what the program takes",
            ],
            Of(worker, [neighbour], holder with { Inode = 8, Pid = 101 }, holder with { Inode = 7, Pid = 100 }));
    }

    [Fact]
    public void Of_PortOfAnotherServiceOutsideOfItsFilter_NamesWhoseFilter() => Assert.Equal(
        [
            "127.0.0.1:8080 tcp is held by worker db@3 (process 7), which bound it unshared, as of db 'reuseport.ports' has 5432 and not 8080; correct that, or "
            + "what the program takes",
        ],
        Of(Taken, [Db with { Binds = [Outcome("ok", matched: false)] }], Nginx with { Pid = 7 }));

    [Fact]
    public void Of_PortOfAnotherWorker_NamesIt() => Assert.Equal(
        ["127.0.0.1:8080 tcp is held by worker db@3 (process 7), which does not share it; stop that, or take another port"], Of(Taken, Nginx with { Pid = 7 }));

    /// <summary>A child of the worker's own process has the socket.</summary>
    [Fact]
    public void Of_PortOfAChildOfAWorker_NamesTheWorker() => Assert.Equal(
        ["127.0.0.1:8080 tcp is held by worker db@3 (process 71), which does not share it; stop that, or take another port"],
        Of(Taken, [Db with { Binds = [Outcome("ok", matched: true, port: 5432)] }], Nginx with { Pid = 71, Inode = 7 }));

    /// <summary>Who has it is not at fault.</summary>
    [Fact]
    public void Of_PortOfAWorkerThatSharesIt_NamesWhoDoesNot()
    {
        var shares = Db with { Binds = [Outcome("ok", matched: true)] };
        Assert.Equal(
            [
                "127.0.0.1:8080 tcp is held by worker db@3 (process 7), and this worker does not share it, as 'reuseport.ports' has 5000 and not 8080; correct "
                + "that, or what the program takes",
            ],
            Of(Taken with { FailedBind = Outcome("EADDRINUSE", matched: false), Ports = new PortFilter([new PortRange(5000, 5000)]) }, [shares], Nginx with { Pid = 7 }));
        Assert.Equal(
            [
                "127.0.0.1:8080 tcp was held by somebody else when it was tried; worker db@3 (process 7) has it now, and shares it, and it is tried again by itself, or "
                + "at once by 'reuseportctl start web'",
            ],
            Of(Taken, [shares], Nginx with { Pid = 7 }));
    }

    [Fact]
    public void Of_PortOfAnotherServiceThatSwitchedSharingOff_NamesWhose() => Assert.Equal(
        [
            "127.0.0.1:8080 tcp is held by worker db@3 (process 7), which does not share it, as of db 'reuseport.reuse_port' is not true; set that, or take another port",
        ],
        Of(Taken, [Db with { Binds = [Outcome("ok", matched: true, sharing: OptionSetting.Clear)] }], Nginx with { Pid = 7 }));

    /// <summary>Who had the port was the sibling that makes the same mistake: the mistake is all that there is to say.</summary>
    [Fact]
    public void Of_PortOutsideOfTheFilterWhoseHolderHasGone_IsTheFilterAlone() => Assert.Equal(
        [
            "127.0.0.1:8081 tcp was taken when it was tried, and this worker does not share it, as 'reuseport.ports' has 8080 and not 8081; correct that, or what "
            + "the program takes",
        ],
        Of(TakenOutside));

    /// <summary>A program that sets SO_REUSEPORT by itself needs no library.</summary>
    [Fact]
    public void Of_TwoWithoutTheLibraryOnOnePort_IsNothing()
    {
        var alone = Ready with { Silence = Silent(PreloadReason.StaticallyLinked), KernelPorts = [Port] };
        var other = alone with { Name = new WorkerName("web", 1), Pid = 101 };
        Assert.Empty(Of(alone, [other]));
        Assert.Single(Of(alone, [other with { State = WorkerState.Backoff, Pid = null }]));
        Assert.Single(Of(alone, [other with { Name = new WorkerName("db", 1) }]));
        Assert.Single(Of(alone, [other with { KernelPorts = [8081] }]));
    }

    /// <summary>One worker has nobody to share with yet: the kernel tells.</summary>
    [Fact]
    public void Of_OneWithoutTheLibraryThatHasTheOption_IsNothing()
    {
        var alone = Ready with { Silence = Silent(PreloadReason.StaticallyLinked) };
        Assert.Single(BindCauses.Of(alone, Facts([alone], [])));
        Assert.Empty(BindCauses.Of(alone, Facts([alone], [], 100)));
        // Its program is that of the others of its service, whatever these fail at.
        var failed = alone with { Name = new WorkerName("web", 1), State = WorkerState.Backoff, Pid = null };
        Assert.Empty(BindCauses.Of(failed, Facts([alone, failed], [], 100)));
        Assert.Single(BindCauses.Of(failed with { Name = new WorkerName("db", 1) }, Facts([alone, failed], [], 100)));
    }

    /// <summary>The holder's port is shared, so what was in the way has gone.</summary>
    [Fact]
    public void Of_PortOfOneWithoutTheLibraryThatHasTheOption_DoesNotBlameThat()
    {
        var holder = Db with { Silence = Silent(PreloadReason.StaticallyLinked) };
        Assert.Contains("the preload library is not in it", Of(Taken, [holder], Nginx with { Pid = 7 }).Single(), StringComparison.Ordinal);
        Assert.Contains("has it now, and shares it", CauseWords.Of(BindCauses.Of(Taken, Facts([Taken, holder], [Nginx with { Pid = 7 }], 7)).Single()), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SharingSwitchedOff_SaysSo() => Assert.Equal(
        ["127.0.0.1:8080 tcp is held by worker db@3 (process 7), and 'reuseport.reuse_port' of this service is not true; set that, or run one worker"],
        Of(Taken with { FailedBind = Outcome("EADDRINUSE", matched: true, sharing: OptionSetting.Clear) }, Nginx with { Pid = 7 }));

    [Fact]
    public void Of_PortOfAProcessThatCannotBeSeen_SaysSo() => Assert.StartsWith(
        "127.0.0.1:8080 tcp is held by a process that cannot be seen, which", Assert.Single(Of(Taken, Nginx with { Pid = null, Program = null })),
        StringComparison.Ordinal);

    public static TheoryData<bool, string, int, bool> Elsewhere => new()
    {
        // stream, address, port, whether it is in the way
        { true, "127.0.0.1", Port, true },
        { true, "0.0.0.0", Port, true },
        { true, "::", Port, true },
        { true, "::ffff:127.0.0.1", Port, true },
        { true, "127.0.0.2", Port, false },
        { true, "::1", Port, false },
        { true, "127.0.0.1", 8081, false },
        { false, "127.0.0.1", Port, false },
    };

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public void Of_AnotherSocket_IsInTheWayWhereItIsOfTheSameEnd(bool isStream, string address, int port, bool isInTheWay) => Assert.Equal(
        isInTheWay,
        Assert.Single(Of(Taken, Nginx with { IsStream = isStream, Address = IPAddress.Parse(address), Port = port }))
            .StartsWith("127.0.0.1:8080 tcp is held by nginx", StringComparison.Ordinal));

    [Theory]
    [InlineData(80, 33u, "127.0.0.1:80 tcp is a port below 1024, which user u33 may not bind; give the service 'ambient_capabilities: [net_bind_service]'")]
    [InlineData(80, 0u, null)]
    [InlineData(1024, 33u, null)]
    public void Of_PortThatOnlyRootMayBind_SaysWhatHelps(int port, uint user, string? cause) => Assert.Equal(
        cause, Of(Ready with { State = WorkerState.Backoff, Pid = null, User = user, FailedBind = Outcome("EACCES", matched: true, port) }).SingleOrDefault());

    /// <summary>
    /// What was in the way is not spoken of as if it were there still, and who reads it is told what comes next.
    /// </summary>
    [Fact]
    public void Of_PortWhoseHolderHasGone_IsOfThePast()
    {
        const string gone = "127.0.0.1:8080 tcp was held by somebody else when it was tried; nobody is seen to have it now";
        Assert.Equal([$"{gone}, and it is tried again by itself, or at once by 'reuseportctl start web'"], Of(Taken));
        Assert.Equal(
            [$"{gone}, and it is tried again when it is late, or at once by 'reuseportctl restart web'"], Of(Taken with { State = WorkerState.Starting, Pid = 100 }));
        Assert.Equal([gone, "'reuseportctl start web' tries it again"], Of(Taken with { State = WorkerState.Failed }));
    }

    [Fact]
    public void Of_WorkerThatHasFailed_SaysHowToGoOn()
    {
        Assert.Equal(["'reuseportctl start web' tries it again"], Of(Ready with { State = WorkerState.Failed, Pid = null }));
        Assert.Equal("'reuseportctl start web' tries it again", Of(Taken with { State = WorkerState.Failed }, Nginx)[^1]);
    }

    [Fact]
    public void Of_WorkerThatWasStopped_IsNothing() =>
        Assert.Empty(Of(Taken with { State = WorkerState.Stopped, Silence = Silent(PreloadReason.StaticallyLinked) }));

    [Theory]
    [InlineData(nameof(PreloadReason.StaticallyLinked), "its port is not shared: build it to use the system's libc dynamically, or run one worker of it")]
    [InlineData(nameof(PreloadReason.OwnSystemCalls), "its port is not shared for it: have it set SO_REUSEPORT itself (net.ListenConfig), or run one worker of it")]
    [InlineData(
        nameof(PreloadReason.SetIdentity), "its port is not shared: take the bit away and give the service 'user' or 'ambient_capabilities' instead")]
    [InlineData(
        nameof(PreloadReason.EnvironmentCleared),
        "its port is not shared: start the program itself, with nothing before it that clears the environment (env -i, sudo)")]
    [InlineData(nameof(PreloadReason.DifferentLibc), "its port is not shared: use a build of the program for this system, or run one worker of it")]
    [InlineData(nameof(PreloadReason.LibraryMissing), "its port is not shared: install the library again")]
    [InlineData(nameof(PreloadReason.LibraryNotReadable), "its port is not shared: let that user read it and enter its folders")]
    public void Of_LibraryThatSaysNothing_SaysWhatThatMeans(string reason, string words) =>
        Assert.Equal([words], Of(Ready with { Silence = Silent(Enum.Parse<PreloadReason>(reason)) }));

    /// <summary>It is in the program, or nobody knows why not.</summary>
    [Theory]
    [InlineData(nameof(PreloadReason.LoadedSilently))]
    [InlineData(nameof(PreloadReason.ExitedBeforeMain))]
    [InlineData(nameof(PreloadReason.Unknown))]
    public void Of_LibraryThatMayBeThere_IsNothing(string reason) => Assert.Empty(Of(Ready with { Silence = Silent(Enum.Parse<PreloadReason>(reason)) }));

    [Fact]
    public void Whole_OfAReadyOneWithoutTheLibrary_SaysEachThingOnce() => Assert.Equal(
        "no line from the preload library: statically linked: /bin/x; its port is not shared: build it to use the system's libc dynamically, or run one worker "
        + "of it",
        Whole(Ready with { Silence = Silent(PreloadReason.StaticallyLinked) }));

    [Fact]
    public void Whole_OfOneThatBoundAnotherPort_NamesThatOnce()
    {
        var worker = Ready with
        {
            State = WorkerState.Starting, Reason = new StateReason.WaitsForPorts(PortCoverage.None(Ready.Ports), TimeSpan.FromSeconds(30)),
            Binds = [Outcome("ok", matched: false, port: 8081)],
        };
        Assert.Equal(
            "waits for at most 30 s for port 8080; it bound 127.0.0.1:8081 tcp, which it does not share, as 'reuseport.ports' has 8080 and not 8081; correct that, or what the "
            + "program takes",
            Whole(worker));
        // Where the causes say nothing of it, the detail does.
        Assert.StartsWith(
            "bind 127.0.0.1:8080 tcp: EADDRINUSE; waits for at most 30 s for port 8080, bound 8081", Whole(worker with { FailedBind = Outcome("EADDRINUSE", matched: true) }), StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_OfNothing_IsNothing()
    {
        Assert.Null(Whole(Ready));
        Assert.Equal("exec x: ENOENT", Whole(Ready with { Reason = new StateReason.Failure("exec x: ENOENT") }));
    }

    private static PreloadDiagnosis Silent(PreloadReason reason) => new(reason, "/bin/x");

    private static string? Whole(WorkerSnapshot worker, params PortHolder[] holders) => Whole(worker, [Db], holders);

    private static string? Whole(WorkerSnapshot worker, WorkerSnapshot[] others, params PortHolder[] holders) =>
        Explanation.Of(worker, Facts([worker, .. others], holders));

    private static string[] Of(WorkerSnapshot worker, params PortHolder[] holders) => Of(worker, [Db], holders);

    private static string[] Of(WorkerSnapshot worker, WorkerSnapshot[] others, params PortHolder[] holders) =>
    [
        .. BindCauses.Of(worker, Facts([worker, .. others], holders)).Select(CauseWords.Of),
    ];

    private static PortFacts Facts(WorkerSnapshot[] fleet, PortHolder[] holders, params int[] withOption) => new(
        holders, new FleetSnapshot(TimeSpan.Zero, default, [.. fleet]), uid => $"u{uid}", worker => withOption.Contains(worker.Pid!.Value));

    private static BindOutcome Outcome(string result, bool matched, int port = Port, OptionSetting sharing = OptionSetting.Set, ulong inode = 7) => new(
        OutcomeKind.Bind, 100, new SocketOutcome(3, inode, "inet", "stream", "127.0.0.1", port, matched, sharing, OptionSetting.System, null, null), result, "");
}
