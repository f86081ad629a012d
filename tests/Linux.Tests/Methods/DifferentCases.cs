using Reuseportd.Model;

namespace Linux.Tests.Methods;

/// <summary>Cases in which the BPF programs cannot do the same as the library: see docs/decisions/40.</summary>
internal static class DifferentCases
{
    private const string Here = "127.0.0.1 8080";
    private const string Elsewhere = "192.0.2.1 8080";
    private const string Options = "get reuseport get reuseaddr";

    /// <summary>No hook raises a backlog. The daemon does, after the outcome.</summary>
    public static ProbeCase[] Backlogs { get; } =
    [
        .. from environment in (string[])["", "LIBREUSEPORT_PORT=8080", "SO_REUSEPORT=0", "SO_REUSEPORT=-1"]
        from backlog in (int[])[0, 5, 64]
        select new ProbeCase(
            $"LIBREUSEPORT_BACKLOG=64 {environment}", $"socket inet stream bind {Here} listen {backlog} get backlog")
        {
            KernelAnswers = $"bind=ok listen=ok backlog={backlog}",
            KernelTells = told => With(told, socket => socket with { Backlog = socket.Backlog is null ? null : backlog }),
        },
        new("LIBREUSEPORT_BACKLOG=", $"socket inet stream bind {Here} listen 5 get backlog"),
        new("LIBREUSEPORT_BACKLOG=0", $"socket inet stream bind {Here} listen 5 get backlog"),
        new("LIBREUSEPORT_BACKLOG=3", $"socket inet stream bind {Here} listen 5 get backlog"),
        new("LIBREUSEPORT_BACKLOG=4", $"socket inet stream bind {Here} listen -1"),
        new("LIBREUSEPORT_BACKLOG=64 LIBREUSEPORT_PORT=8081", $"socket inet stream bind {Here} listen 5 get backlog"),
        new("LIBREUSEPORT_BACKLOG=64 LIBREUSEPORT_ADDR=10.0.0.1", $"socket inet stream bind {Here} listen 5 get backlog"),
        new("LIBREUSEPORT_BACKLOG=64", "socket inet stream listen 5 get backlog get port"),
        new("LIBREUSEPORT_BACKLOG=64", "socket inet stream bind 127.0.0.1 0 listen 5 get backlog"),
    ];

    /// <summary>The former options come back at the next bind of the socket to a port that is not listed.</summary>
    public static ProbeCase[] Failures { get; } =
    [
        new("SO_REUSEADDR=1", $"socket inet stream bind {Elsewhere} {Options} bind 127.0.0.1 0 {Options} listen 5")
        {
            KernelAnswers = "bind=EADDRNOTAVAIL reuseport=1 reuseaddr=1 bind=ok reuseport=0 reuseaddr=0 listen=ok",
        },
        new("", $"socket inet dgram bind {Elsewhere} {Options} bind 127.0.0.1 8080 {Options}")
        {
            KernelAnswers = "bind=EADDRNOTAVAIL reuseport=1 reuseaddr=0 bind=ok reuseport=1 reuseaddr=0",
        },
        new("SO_REUSEPORT=0", $"socket inet stream set reuseport 1 bind {Elsewhere} {Options} bind 127.0.0.1 0 {Options}")
        {
            KernelAnswers = "bind=EADDRNOTAVAIL reuseport=0 reuseaddr=0 bind=ok reuseport=1 reuseaddr=0",
        },
        new("SO_BINDTODEVICE=lo", $"socket inet stream bind {Elsewhere} get device {Options} bind 127.0.0.1 0 get device")
        {
            KernelAnswers = "bind=EADDRNOTAVAIL device=lo reuseport=1 reuseaddr=0 bind=ok device=",
        },
        new("SO_BINDTODEVICE=lo", $"socket inet stream set device lo bind {Elsewhere} get device bind 127.0.0.1 0 get device"),
        new("", $"socket inet stream set reuseport 1 set reuseaddr 1 bind {Elsewhere} {Options} bind 127.0.0.1 0 {Options}"),
        new("SO_REUSEPORT=-1", $"socket inet stream bind {Here} socket inet stream bind {Here} bind 127.0.0.1 8081 listen 5"),
        new("LIBREUSEPORT_PORT=8081", $"socket inet stream bind {Elsewhere} bind {Here} {Options} listen 5"),
        new("LIBREUSEPORT_PORT=8081", $"socket inet dgram bind {Elsewhere} bind 127.0.0.1 8081 {Options}"),
        new("", $"socket inet6 stream bind ::ffff:192.0.2.1 8080 bind ::1 8080 {Options} listen 5"),
        new("", $"socket inet stream bind {Elsewhere} bind-in-child {Here} listen 5"),
    ];

    public static ProbeCase[] Details { get; } =
    [
        // The kernel has chosen the port before its hook for listen(2).
        new("SO_REUSEPORT=-1", "socket inet stream listen 5") { KernelTells = Matched },
        new("SO_REUSEPORT=0", "socket inet6 stream listen 5") { KernelTells = Matched },
        new("LIBREUSEPORT_PORT=1024-65535", "socket inet stream listen 5") { KernelTells = Matched },
        // The library has no line for this family. The kernel binds to 0.0.0.0.
        new("", "socket inet dgram bind-unspec get reuseport")
        {
            KernelTells = _ => [new BindOutcome(OutcomeKind.Bind, 1, Chosen, "ok", "")],
        },
        // The kernel checks the family or the length first.
        new("SO_BINDTODEVICE=nodevice0", "socket inet stream bind ::1 8080") { KernelAnswers = "bind=EAFNOSUPPORT" },
        new("SO_BINDTODEVICE=nodevice0", $"socket inet6 stream bind {Here}") { KernelAnswers = "bind=EINVAL" },
        new("", "socket inet stream bind ::1 8080 get reuseport"),
        new("", $"socket inet6 stream bind {Here} get reuseport"),
    ];

    public static ProbeCase[] OrdinaryUser { get; } =
    [
        // The kernel lets only the privileged change an interface, and the programs cannot read which one it is.
        new("SO_BINDTODEVICE=lo", $"socket inet stream set device lo bind {Here} get device")
        {
            IsOrdinaryUser = true,
            KernelAnswers = "bind=EPERM device=lo",
            KernelTells = told => With(told, socket => socket with { ReusePort = OptionSetting.System, Device = null })
                .Select(outcome => outcome with { Result = "EPERM" }),
        },
        new("SO_BINDTODEVICE=lo", $"socket inet stream bind {Elsewhere} get device bind {Here} get device {Options} listen 5")
        {
            IsOrdinaryUser = true,
        },
        new("", $"socket inet stream bind 127.0.0.1 80 {Options} bind {Here} {Options}")
        {
            IsOrdinaryUser = true, KernelAnswers = "bind=EACCES reuseport=1 reuseaddr=0 bind=ok reuseport=1 reuseaddr=0",
        },
        new("LIBREUSEPORT_PORT=81", $"socket inet6 dgram bind ::1 80 {Options} bind ::1 8080 {Options}")
        {
            IsOrdinaryUser = true,
        },
    ];

    /// <summary>A socket whose inode, process and port are compared as the first ones of the case.</summary>
    private static SocketOutcome Chosen =>
        new(-1, 1, "inet", "dgram", "0.0.0.0", 40_000, false, OptionSetting.System, OptionSetting.System, null, null);

    private static IEnumerable<BindOutcome> Matched(IEnumerable<BindOutcome> told) =>
        With(told, socket => socket with { Matched = true });

    private static IEnumerable<BindOutcome> With(IEnumerable<BindOutcome> told, Func<SocketOutcome, SocketOutcome> change) =>
        told.Select(outcome => outcome with { Socket = change(outcome.Socket!) });
}
