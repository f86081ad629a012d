namespace Linux.Tests.Methods;

/// <summary>
/// The cases of the preload library's tests (tests/Preload.Tests) that other methods can see. The texts of variables, the lines
/// and their files, the load of the library and other libraries beside it exist only under the library.
/// </summary>
internal static class ProbeCases
{
    private const string Here = "127.0.0.1 8080";
    private const string Options = "get reuseport get reuseaddr";

    private static readonly string Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"probe-{Guid.NewGuid()}");

    public static IReadOnlyDictionary<string, ProbeCase[]> Groups { get; } = new Dictionary<string, ProbeCase[]>
    {
        // BindTests
        ["options"] = Cross(
            [
                "", "SO_REUSEPORT=1", "SO_REUSEPORT=-1", "SO_REUSEPORT=0", "SO_REUSEPORT=", "SO_REUSEADDR=1", "SO_REUSEADDR=0",
                "SO_REUSEADDR=-1", "SO_REUSEPORT=-1 SO_REUSEADDR=1", "SO_REUSEPORT=0 SO_REUSEADDR=0", "LIBREUSEPORT_PORT=8080",
                "LIBREUSEPORT_PORT=8081", "LIBREUSEPORT_PORT=8081 SO_REUSEADDR=1", "LIBREUSEPORT_PORT=8081 SO_REUSEPORT=0",
                "LIBREUSEPORT_ADDR=127.0.0.0/8", "LIBREUSEPORT_ADDR=10.0.0.0/8", "LIBREUSEPORT_ADDR=::1",
            ],
            [
                $"socket inet stream bind {Here} {Options} listen 5", $"socket inet dgram bind {Here} {Options}",
                $"socket inet6 stream bind ::1 8080 {Options} listen 5",
                $"socket inet6 dgram bind ::ffff:127.0.0.1 8080 {Options}",
                $"socket inet stream set reuseport 1 set reuseaddr 1 bind {Here} {Options} listen 5",
                $"socket inet stream bind {Here} set reuseport 0 set reuseaddr 0 {Options} listen 5",
                $"socket inet stream bind {Here} set reuseport 1 set reuseaddr 1 {Options} listen 5",
            ]),
        // BindTests
        ["two sockets"] = Cross(
            ["", "SO_REUSEPORT=-1", "SO_REUSEPORT=-1 SO_REUSEADDR=1", "LIBREUSEPORT_PORT=8080", "LIBREUSEPORT_PORT=8081"],
            [
                .. Twice("inet stream", "127.0.0.1"), .. Twice("inet dgram", "127.0.0.1"), .. Twice("inet6 stream", "::1"),
                .. Twice("inet6 dgram", "::1"), .. Twice("inet stream", "0.0.0.0"), .. Twice("inet6 stream", "::"),
                $"socket inet stream bind 0.0.0.0 8080 listen 5 socket inet stream bind {Here}",
                "socket inet stream bind 0.0.0.0 8080 listen 5 socket inet6 stream bind :: 8080",
                "socket inet6 stream bind :: 8080 listen 5 socket inet stream bind 0.0.0.0 8080",
                "socket inet6 stream set v6only 1 bind :: 8080 listen 5 socket inet stream bind 0.0.0.0 8080 listen 5",
                "socket inet6 stream set v6only 1 bind :: 8080 socket inet6 stream set v6only 0 bind :: 8080",
                $"socket inet6 stream bind ::ffff:127.0.0.1 8080 listen 5 socket inet stream bind {Here}",
                $"socket inet stream bind {Here} set reuseport 0 get reuseport listen 5 socket inet stream bind {Here}",
                $"socket inet dgram bind {Here} set reuseport 0 get reuseport socket inet dgram bind {Here}",
                $"socket inet stream set reuseport 1 bind {Here} socket inet stream set reuseport 0 bind {Here}",
                $"socket inet dgram bind {Here} socket inet stream bind {Here} listen 5",
            ]),
        ["two listeners"] = Cross(
            ["", "LIBREUSEPORT_PORT=8080", "SO_REUSEADDR=1", "SO_BINDTODEVICE=lo"],
            [
                .. from kind in (string[])["inet stream bind 127.0.0.1", "inet6 stream bind ::1", "inet6 stream bind ::"]
                select $"socket {kind} 8080 listen 5 socket {kind} 8080 listen 5",
                $"socket inet stream bind 0.0.0.0 8080 listen 5 socket inet stream bind {Here} listen 5",
                "socket inet stream bind 0.0.0.0 8080 listen 5 socket inet6 stream bind :: 8080 listen 5",
                $"socket inet6 stream bind ::ffff:127.0.0.1 8080 listen 5 socket inet stream bind {Here} listen 5",
            ]),
        ["port 0"] = Cross(
            ["", "LIBREUSEPORT_PORT=0", "LIBREUSEPORT_PORT=1-65535", "SO_REUSEADDR=1", "SO_BINDTODEVICE=nodevice0"],
            [
                $"socket inet dgram bind 127.0.0.1 0 {Options} get port",
                $"socket inet stream bind 127.0.0.1 0 {Options} get port",
                $"socket inet6 dgram bind :: 0 {Options} get port",
                $"socket inet stream set reuseport 1 set reuseaddr 1 bind 127.0.0.1 0 {Options} get port listen 5",
                "socket inet stream bind 127.0.0.1 0 listen 5", "socket inet6 stream bind :: 0 get port listen 5",
            ]),
        ["other sockets"] = Cross(
            ["", "LIBREUSEPORT_ADDR=0.0.0.0/0", "SO_BINDTODEVICE=nodevice0"],
            [
                $"socket unix stream bind-unix {Path} get reuseport listen 5",
                "socket netlink stream bind-netlink get reuseport", $"file bind {Here} listen 5",
            ]),
        // BindTests and LoadingTests
        ["processes"] = Cross(
            ["", "SO_REUSEADDR=1 LIBREUSEPORT_PORT=8080", "SO_REUSEPORT=-1"],
            [
                $"socket inet stream bind-in-handler {Here} socket inet stream bind-in-child {Here}",
                $"socket inet stream bind-in-child {Here} listen 5", $"socket inet stream bind-cancelled {Here}",
                $"socket inet stream fork 1 bind {Here} {Options} listen 5",
                $"fork 1 socket inet dgram fork 1 bind {Here} {Options}",
                $"socket inet stream bind {Here} fork 1 listen 5 {Options} listen 6",
                $"exec socket inet stream bind {Here} listen 5",
                $"socket inet stream to-descriptor 9 exec from-descriptor 9 bind {Here} {Options} listen 5",
                $"socket inet stream bind {Here} to-descriptor 9 exec from-descriptor 9 {Options} listen 5",
                $"socket inet stream to-descriptor 9 fork 1 exec from-descriptor 9 bind {Here} {Options}",
                $"socket inet stream dup bind {Here} dup {Options} dup listen 5",
                $"socket inet stream bind-in-thread {Here} {Options} listen 5", $"bind-in-threads 127.0.0.1 8080",
                $"scribble socket inet stream bind {Here} {Options} listen 5",
            ]),
        // ListenTests
        ["again"] = Cross(
            ["", "LIBREUSEPORT_PORT=8080", "LIBREUSEPORT_PORT=8081", "LIBREUSEPORT_PORT=8080,8081 SO_REUSEADDR=1"],
            [
                $"socket inet stream bind {Here} bind 127.0.0.1 8081 {Options} listen 5",
                $"socket inet dgram bind {Here} bind 127.0.0.1 0 {Options}",
                $"socket inet6 stream bind ::1 8081 bind ::1 8080 {Options} listen 5", "socket inet dgram listen 5",
                $"socket inet stream bind {Here} listen 5 get backlog listen 7 get backlog bind 127.0.0.1 8081",
                "socket inet stream listen 5 get backlog get port get reuseport", "socket inet6 stream listen 5 get reuseport",
                $"socket inet dgram bind {Here} listen 5", "socket inet stream bind 127.0.0.1 0 listen 5 get backlog",
                $"socket inet stream bind {Here} listen -1", $"socket inet stream bind {Here} listen 0 get backlog",
                $"socket inet stream bind {Here} listen 100000 get backlog",
            ]),
        ["devices"] = [.. Devices(""), .. Devices("set device lo")],
        // BadAddressTests
        ["addresses"] = Cross(
            ["", "LIBREUSEPORT_ADDR=127.0.0.1,::1", "LIBREUSEPORT_PORT=80,8080", "SO_BINDTODEVICE=lo"],
            [
                "socket inet stream bind-null get reuseport", "socket inet stream bind-wild get reuseport",
                "socket inet6 stream bind-over-end ::1 8080 get reuseport",
                $"socket inet stream bind-at-end {Here} get reuseport", "socket inet6 dgram bind-at-end ::1 8080 get reuseport",
                .. from length in (long[])[0, 1, 15, 16, 28, 128, 129, 4294967295]
                select $"socket inet stream bind-length {length} {Here} get reuseport",
                .. from length in (long[])[16, 23, 24, 28, 128]
                select $"socket inet6 stream bind-length {length} ::1 8080 get reuseport",
                $"socket inet stream refuse epoll_ctl 1 bind {Here} get reuseport",
            ]),
        ["filters"] = FilterCases.Fixed,
        ["random filters"] = FilterCases.Random,
        ["raised backlogs"] = DifferentCases.Backlogs,
        ["failed binds"] = DifferentCases.Failures,
        ["details"] = DifferentCases.Details,
        ["ordinary user"] =
        [
            .. Devices("").Select(probe => probe with { IsOrdinaryUser = true }), .. DifferentCases.OrdinaryUser,
        ],
    };

    /// <summary>DeviceTests.</summary>
    private static ProbeCase[] Devices(string set) => Cross(
        [
            .. from device in (string[])["lo", "nodevice0", "lo34567890123456", "a/b", "lo:1", ""]
            from others in (string[])["", "LIBREUSEPORT_ADDR=127.0.0.0/8", "SO_REUSEPORT=-1", "LIBREUSEPORT_PORT=8081"]
            select $"SO_BINDTODEVICE={device} {others}",
        ],
        [
            $"socket inet stream {set} bind {Here} get device {Options} get port",
            $"socket inet dgram {set} bind 127.0.0.1 8082 get device", $"socket inet stream {set} bind 127.0.0.1 0 get device",
            $"socket inet6 dgram {set} bind ::1 8081 get device",
        ]);

    private static IEnumerable<string> Twice(string kind, string address)
    {
        var bind = $"socket {kind} bind {address} 8080 get reuseport";
        return kind.EndsWith("stream", StringComparison.Ordinal)
            ? [$"{bind} {bind}", $"{bind} listen 5 {bind}"]
            : [$"{bind} {bind}"];
    }

    private static ProbeCase[] Cross(string[] environments, string[] scripts) =>
        [.. from environment in environments from script in scripts select new ProbeCase(environment, script)];
}
