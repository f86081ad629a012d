using System.Globalization;

namespace Reuseportd.Model;

internal enum OutcomeKind
{
    /// <summary>The library was loaded into the process.</summary>
    Loaded,
    Bind,
    Listen,

    /// <summary>The library could not set an option or parse a variable.</summary>
    Error,

    /// <summary>The pipe was full, and the library dropped lines before this one.</summary>
    Lost,
}

internal enum SocketKind
{
    Other,
    Stream,
    Datagram,
}

/// <summary>The content of one line of the preload library.</summary>
/// <param name="Pid">
/// The process that made the call: the worker's process or a child of it. 0 for <see cref="OutcomeKind.Error"/>.
/// </param>
/// <param name="Socket">For <see cref="OutcomeKind.Bind"/> and <see cref="OutcomeKind.Listen"/>; else null.</param>
/// <param name="Result">
/// "ok", the name of the errno, or <see cref="UnknownErrno"/>; for <see cref="OutcomeKind.Error"/> the text after the subject.
/// </param>
/// <param name="Subject">Version of the library, or the option or variable of an error; else empty.</param>
internal sealed record BindOutcome(OutcomeKind Kind, int Pid, SocketOutcome? Socket, string Result, string Subject)
{
    /// <summary>The result of a bind that failed, on a kernel that does not let BPF programs see the errno.</summary>
    public const string UnknownErrno = "failed";

    /// <summary>True if the kernel has reported the call, not a line of the library.</summary>
    public bool IsKernels { get; init; }

    /// <summary>Number of dropped lines for <see cref="OutcomeKind.Lost"/>; else 0.</summary>
    public long LostLines { get; init; }

    /// <summary>Of a bind or listen that failed; null if the errno has no name or is unknown.</summary>
    public Errno? Errno => Kind is OutcomeKind.Bind or OutcomeKind.Listen && !Succeeded ? Model.Errno.TryParse(Result) : null;

    public bool HasUnknownErrno => Result == UnknownErrno;

    public bool Succeeded => Kind is OutcomeKind.Loaded or OutcomeKind.Bind or OutcomeKind.Listen && Result == "ok";
}

/// <summary>The socket of a <c>bind(2)</c> or <c>listen(2)</c>, and the options that the library set.</summary>
/// <param name="Family"><c>inet</c> or <c>inet6</c>.</param>
/// <param name="Type">The word of the line: <c>stream</c>, <c>dgram</c> and others.</param>
/// <param name="Port">Port after the call: after a bind to port 0, the port that the kernel chose.</param>
/// <param name="Matched">True if the socket passed the filters, so that its port is shared.</param>
/// <param name="Device">Interface that the library bound the socket to, or null.</param>
/// <param name="Backlog">For <c>listen</c>; null for <c>bind</c>.</param>
internal sealed record SocketOutcome(
    int FileDescriptor,
    ulong Inode,
    string Family,
    string Type,
    string Address,
    int Port,
    bool Matched,
    OptionSetting ReusePort,
    OptionSetting ReuseAddress,
    string? Device,
    int? Backlog)
{
    public SocketKind Kind => Type switch
    {
        "stream" => SocketKind.Stream,
        "dgram" => SocketKind.Datagram,
        _ => SocketKind.Other,
    };

    /// <summary>Such as <c>127.0.0.1:8080 tcp</c> or <c>[::1]:53 udp on eth0</c>.</summary>
    public string Endpoint
    {
        get
        {
            var address = Family == "inet6" ? $"[{Address}]" : Address;
            var protocol = Kind switch
            {
                SocketKind.Stream => "tcp",
                SocketKind.Datagram => "udp",
                _ => Type,
            };
            return string.Create(
                CultureInfo.InvariantCulture, $"{address}:{Port} {protocol}{(Device is null ? "" : $" on {Device}")}");
        }
    }
}
