using Reuseportd.Diagnosis;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;

using static Decisions.Tests.Diagnosis.BindFacts;

namespace Decisions.Tests.Diagnosis;

/// <summary>Workers that do not serve or do not share their port, with the causes that the daemon finds for each.</summary>
internal static class BindCauseCases
{
    /// <summary>An address that no interface has.</summary>
    private const string Missing = "192.0.2.1";

    public static readonly WorkerSnapshot Ready = new(
        new WorkerName("web", 0), WorkerState.Ready, 100, 1, 0, TimeSpan.Zero, null, null, [])
    {
        User = 33, Ports = Filter(Port),
    };

    public static readonly WorkerSnapshot Taken =
        Ready with { State = WorkerState.Backoff, Pid = null, FailedBind = Outcome("EADDRINUSE", matched: true) };

    private static readonly WorkerSnapshot TakenOutside =
        Taken with { FailedBind = Outcome("EADDRINUSE", matched: false, port: 8081) };

    public static readonly WorkerSnapshot Db = Ready with { Name = new WorkerName("db", 3), Pid = 7, Ports = Filter(5432) };

    private static readonly WorkerSnapshot Sharing = Db with { Binds = [Outcome("ok", matched: true)] };

    private static readonly WorkerSnapshot Neighbour =
        Ready with { Name = new WorkerName("web", 1), Binds = [Outcome("ok", matched: false, port: 8081)] };

    public static readonly Dictionary<string, string[]> All = new()
    {
        ["another port"] = Of(Ready with { State = WorkerState.Starting, Binds = [Outcome("ok", matched: false, port: 8081)] }),
        ["another address"] = Of(Ready with { State = WorkerState.Starting, Binds = [Outcome("ok", matched: false)] }),
        ["held by another program"] = Of(Taken, Nginx),
        ["held by another program and outside of the filter"] = Of(TakenOutside, Nginx with { Port = 8081 }),
        ["held by another user"] = Of(Taken, Nginx with { Pid = 7, Inode = 2 }, Nginx with { Uid = 0 }),
        // Each of the two causes alone prevents sharing.
        ["held by another user and outside of the filter"] = Of(TakenOutside, Nginx with { Port = 8081, Uid = 0 }),
        // The neighbour's socket is unshared because of the same filter.
        ["held by a neighbour outside of the filter"] = Of(TakenOutside, [Neighbour], Nginx with { Port = 8081, Pid = 100 }),
        ["listen fails after a bind"] = ListenFails(),
        ["held by another service outside of its filter"] =
            Of(Taken, [Db with { Binds = [Outcome("ok", matched: false)] }], Nginx with { Pid = 7 }),
        ["held by a worker of another service"] = Of(Taken, Nginx with { Pid = 7 }),
        ["held by a child of a worker"] =
            Of(Taken, [Db with { Binds = [Outcome("ok", matched: true, port: 5432)] }], Nginx with { Pid = 71, Inode = 7 }),
        ["held by a worker that shares it, outside of the filter"] = Of(
            Taken with { FailedBind = Outcome("EADDRINUSE", matched: false), Ports = Filter(5000) },
            [Sharing],
            Nginx with { Pid = 7 }),
        ["held by a worker that shares it"] = Of(Taken, [Sharing], Nginx with { Pid = 7 }),
        ["held by another service without sharing"] = Of(
            Taken,
            [Db with { Binds = [Outcome("ok", matched: true, sharing: OptionSetting.Clear)] }],
            Nginx with { Pid = 7 }),
        // The holder was a worker with the same wrong filter.
        ["outside of the filter, holder has gone"] = Of(TakenOutside),
        ["sharing is switched off"] = Of(
            Taken with { FailedBind = Outcome("EADDRINUSE", matched: true, sharing: OptionSetting.Clear) },
            Nginx with { Pid = 7 }),
        ["holder cannot be seen"] = Of(Taken, Nginx with { Pid = null, Program = null }),
        ["holder has gone"] = Of(Taken),
        ["holder has gone, worker is starting"] = Of(Taken with { State = WorkerState.Starting, Pid = 100 }),
        ["holder has gone, worker has failed"] = Of(Taken with { State = WorkerState.Failed }),
        ["worker has failed"] = Of(Ready with { State = WorkerState.Failed, Pid = null }),
        ["port below 1024"] = Denied(80, user: 33),
        ["port below 1024, privileged_ports without the kernel method"] = Of(Low(80, NoKernel)),
        ["privileged_ports without the kernel method, binds are unknown"] =
            Of(Low(80, NoKernel) with { FailedBind = null, Silence = Static }),
        ["port below 1024, outside of privileged_ports"] = Of(Low(81, Kernel)),
        ["port below 1024, kernel method"] = Of(Low(80, Kernel) with { HasPrivilegedPorts = false }),
        ["port below 1024, daemon without the capability"] =
            SentencesOf(Low(80, null), new PortFacts([], new FleetSnapshot(TimeSpan.Zero, default, []), uid => $"u{uid}",
                _ => false, _ => true) { CanGiveLowPorts = false }),
        ["port below 1024, errno is unknown"] = Of(Unknown(Outcome(BindOutcome.UnknownErrno, matched: true, 80))),
        ["port is taken, errno is unknown"] = Of(Unknown(Outcome(BindOutcome.UnknownErrno, matched: true)), Nginx),
        ["no interface has the address"] = Of(Unknown(OnMissing("EADDRNOTAVAIL"))),
        ["no interface has the address, errno is unknown"] = Of(Unknown(OnMissing(BindOutcome.UnknownErrno))),
        ["statically linked"] = Silent(PreloadReason.StaticallyLinked),
        ["own system calls"] = Silent(PreloadReason.OwnSystemCalls),
        ["set-user-ID program"] = Silent(PreloadReason.SetIdentity),
        ["environment cleared"] = Silent(PreloadReason.EnvironmentCleared),
        ["another libc"] = Silent(PreloadReason.DifferentLibc),
        ["library is missing"] = Silent(PreloadReason.LibraryMissing),
        ["library is not readable"] = Silent(PreloadReason.LibraryNotReadable),
        ["statically linked, with the detail"] = [Whole(Ready with { Silence = Static })!],
        ["another port, with the detail"] = [Whole(WaitsForPort)!],
    };

    public static WorkerSnapshot WaitsForPort => Ready with
    {
        State = WorkerState.Starting, Reason = Waits, Binds = [Outcome("ok", matched: false, port: 8081)],
    };

    public static MethodChoice Kernel => MethodChoice.Of(ShardingMethod.Kernel, null, null, null);

    private static MethodChoice NoKernel => MethodChoice.Default with { NoPrivilegedPorts = "no control groups" };

    /// <summary>A worker with <c>privileged_ports</c> for port 80, whose bind to a low port failed.</summary>
    public static WorkerSnapshot Low(int port, MethodChoice? method) =>
        Unknown(Outcome(BindOutcome.UnknownErrno, matched: port == 80, port)) with
        {
            HasPrivilegedPorts = true, Method = method, Ports = Filter(80),
        };

    public static WorkerSnapshot Unknown(BindOutcome failed) =>
        Ready with { State = WorkerState.Backoff, Pid = null, User = 33, FailedBind = failed };

    public static string[] Denied(int port, uint user) => Of(
        Ready with { State = WorkerState.Backoff, Pid = null, User = user, FailedBind = Outcome("EACCES", matched: true, port) });

    public static string[] Silent(PreloadReason reason) => Of(Ready with { Silence = new PreloadDiagnosis(reason, "/bin/x") });

    public static string? Whole(WorkerSnapshot worker) => Explanation.Of(worker, Facts([worker, Db], []));

    public static string[] Of(WorkerSnapshot worker, params PortHolder[] holders) => Of(worker, [Db], holders);

    public static string[] Of(WorkerSnapshot worker, WorkerSnapshot[] others, params PortHolder[] holders) =>
        SentencesOf(worker, Facts([worker, .. others], holders));

    public static string[] SentencesOf(WorkerSnapshot worker, PortFacts facts) =>
        [.. BindCauses.Of(worker, facts).Select(CauseWords.Of)];

    /// <param name="withOption">Processes whose sockets have SO_REUSEPORT.</param>
    public static PortFacts Facts(WorkerSnapshot[] fleet, PortHolder[] holders, params int[] withOption) => new(
        holders, new FleetSnapshot(TimeSpan.Zero, default, [.. fleet]), uid => $"u{uid}",
        worker => withOption.Contains(worker.Pid!.Value),
        address => address != Missing);

    private static BindOutcome OnMissing(string result)
    {
        var outcome = Outcome(result, matched: true);
        return outcome with { Socket = outcome.Socket! with { Address = Missing } };
    }

    /// <summary>With SO_REUSEADDR alone the worker's own socket is bound too. That socket must not count as the holder.</summary>
    private static string[] ListenFails()
    {
        var worker = TakenOutside with
        {
            State = WorkerState.Starting, Pid = 101, Binds = [Outcome("ok", matched: false, port: 8081, inode: 8)],
            FailedBind = TakenOutside.FailedBind! with { Kind = OutcomeKind.Listen },
        };
        var holder = Nginx with { Port = 8081 };
        return Of(worker, [Neighbour], holder with { Inode = 8, Pid = 101 }, holder with { Inode = 7, Pid = 100 });
    }
}
