namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/binds</c>, with <c>name=</c> once for each name or pattern.</summary>
/// <param name="Binds">By worker, in the order of their ports.</param>
/// <param name="Causes">Why workers do not serve, or not all that they should; none of one that does.</param>
internal sealed record BindsDocument(IReadOnlyList<BoundSocket> Binds, IReadOnlyList<BindCause> Causes)
{
    /// <summary>Workers that run and have none among <c>binds</c>, as nobody tells what they bind.</summary>
    public IReadOnlyList<UntoldBinds> Untold { get; init; } = [];
}

/// <summary>What is known of a worker that does not say what it binds.</summary>
/// <param name="Worker"><c>web@0</c>.</param>
/// <param name="Ports">
/// That the kernel said it serves, when it was asked whether it is ready; empty where it said none, or was not asked.
/// </param>
/// <param name="Text">Why nobody tells, and what the kernel said.</param>
internal sealed record UntoldBinds(string Worker, int Pid, IReadOnlyList<int> Ports, string Text);

/// <summary>A socket that a worker bound or tried to: the newest outcome of one call on one type, address and port.</summary>
/// <param name="Worker"><c>web@0</c>.</param>
/// <param name="Pid">The process that called, which may be a child of the worker's own.</param>
/// <param name="Fd">Descriptor in that process.</param>
/// <param name="Inode">Of the socket, as in <c>/proc/PID/fd</c>.</param>
/// <param name="Call">bind or listen.</param>
/// <param name="Family">inet or inet6.</param>
/// <param name="Type">stream or dgram; another as the preload library names it.</param>
/// <param name="Port">After the call: of a bind to port 0 the one that the kernel chose.</param>
/// <param name="Matched">Whether the socket passed the service's filters, so is one of those sharded.</param>
/// <param name="Result">"ok", or the name of the errno.</param>
internal sealed record BoundSocket(
    string Worker,
    int Pid,
    int Fd,
    ulong Inode,
    string Call,
    string Family,
    string Type,
    string Address,
    int Port,
    bool Matched,
    SocketOptions Options,
    string Result);

/// <summary>What the preload library set on a socket; absent where it left it.</summary>
/// <param name="Reuseport">SO_REUSEPORT was set (true) or cleared.</param>
/// <param name="Reuseaddr">SO_REUSEADDR was set (true) or cleared.</param>
/// <param name="Device">Interface that it was bound to.</param>
/// <param name="Backlog">Of <c>listen</c>.</param>
internal sealed record SocketOptions(bool? Reuseport, bool? Reuseaddr, string? Device, int? Backlog);

/// <summary>A cause in plain words.</summary>
/// <param name="Worker"><c>web@0</c>.</param>
internal sealed record BindCause(string Worker, string Text);
