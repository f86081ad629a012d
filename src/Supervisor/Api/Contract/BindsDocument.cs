namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/binds</c>, with <c>name=</c> once for each name or pattern.</summary>
/// <param name="Binds">By worker, then by port.</param>
/// <param name="Causes">The reasons why workers do not serve, or do not share a port.</param>
internal sealed record BindsDocument(IReadOnlyList<BoundSocket> Binds, IReadOnlyList<BindCause> Causes)
{
    /// <summary>Running workers without an entry in <c>binds</c>, as no outcome lines reach the daemon.</summary>
    public IReadOnlyList<UntoldBinds> Untold { get; init; } = [];
}

/// <summary>A worker without outcome lines.</summary>
/// <param name="Worker"><c>web@0</c>.</param>
/// <param name="Ports">Ports that sock_diag showed while the worker started; empty for none.</param>
/// <param name="Text">The reason why no outcome lines come, and the ports from the kernel.</param>
internal sealed record UntoldBinds(string Worker, int Pid, IReadOnlyList<int> Ports, string Text);

/// <summary>A bind or listen of a worker: the newest outcome for its type, address and port.</summary>
/// <param name="Worker"><c>web@0</c>.</param>
/// <param name="Pid">The calling process: the worker's own, or a child of it.</param>
/// <param name="Fd">The descriptor in that process; absent if the kernel reported the call, which does not name it.</param>
/// <param name="Inode">Of the socket, as in <c>/proc/PID/fd</c>.</param>
/// <param name="Call">bind or listen.</param>
/// <param name="Family">inet or inet6.</param>
/// <param name="Type">stream or dgram; any other type as the preload library names it.</param>
/// <param name="Port">The port after the call: for a bind to port 0, the port that the kernel chose.</param>
/// <param name="Matched">True if the filters of the service contain the socket, so that its port is shared.</param>
/// <param name="Result">"ok", the name of the errno, or "failed" if the errno is unknown.</param>
internal sealed record BoundSocket(
    string Worker,
    int Pid,
    int? Fd,
    ulong Inode,
    string Call,
    string Family,
    string Type,
    string Address,
    int Port,
    bool Matched,
    SocketOptions Options,
    string Result);

/// <summary>Options that the preload library set on a socket; an unchanged option is absent.</summary>
/// <param name="Reuseport">SO_REUSEPORT: set (true) or cleared.</param>
/// <param name="Reuseaddr">SO_REUSEADDR: set (true) or cleared.</param>
/// <param name="Device">The interface of SO_BINDTODEVICE.</param>
/// <param name="Backlog">Of <c>listen</c>.</param>
internal sealed record SocketOptions(bool? Reuseport, bool? Reuseaddr, string? Device, int? Backlog);

/// <summary>A cause in plain words.</summary>
/// <param name="Worker"><c>web@0</c>.</param>
internal sealed record BindCause(string Worker, string Text);
