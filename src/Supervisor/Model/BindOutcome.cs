using System.Globalization;

namespace Reuseportd.Model;

internal enum OutcomeKind
{
    /// <summary>The library is in the process.</summary>
    Loaded,
    Bind,
    Listen,

    /// <summary>An option could not be set or a variable not be read.</summary>
    Error,

    /// <summary>The library lost lines before this one, as the pipe was full.</summary>
    Lost,
}

internal enum SocketKind
{
    Other,
    Stream,
    Datagram,
}

/// <summary>What the preload library said in one line.</summary>
/// <param name="Pid">
/// The process that called; a child of the worker's own process may be it. 0 for <see cref="OutcomeKind.Error"/>.
/// </param>
/// <param name="Socket">Of <see cref="OutcomeKind.Bind"/> and <see cref="OutcomeKind.Listen"/> only; else null.</param>
/// <param name="Result">"ok", or the name of the errno; for <see cref="OutcomeKind.Error"/> the text after the subject.</param>
/// <param name="Subject">Version of the library, or the option or variable of an error; else empty.</param>
internal sealed record BindOutcome(OutcomeKind Kind, int Pid, SocketOutcome? Socket, string Result, string Subject)
{
    /// <summary>Lines that were lost, of <see cref="OutcomeKind.Lost"/>; else 0.</summary>
    public long LostLines { get; init; }

    /// <summary>Of a bind or listen that failed; null where the library names no errno.</summary>
    public Errno? Errno => Kind is OutcomeKind.Bind or OutcomeKind.Listen && !Succeeded ? Model.Errno.TryParse(Result) : null;

    public bool Succeeded => Kind is OutcomeKind.Loaded or OutcomeKind.Bind or OutcomeKind.Listen && Result == "ok";
}

/// <summary>The socket of a <c>bind(2)</c> or <c>listen(2)</c>, and what was set on it.</summary>
/// <param name="Family"><c>inet</c> or <c>inet6</c>.</param>
/// <param name="Type">As the line has it: <c>stream</c>, <c>dgram</c> ...</param>
/// <param name="Port">After the call: of a bind to port 0 the one that the kernel chose.</param>
/// <param name="Matched">Whether the socket passed the filters, so is one of those sharded.</param>
/// <param name="Device">Interface that it was bound to, or null.</param>
/// <param name="Backlog">Of <c>listen</c>; null for <c>bind</c>.</param>
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

    /// <summary><c>127.0.0.1:8080 tcp</c>, <c>[::1]:53 udp on eth0</c>.</summary>
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
            return string.Create(CultureInfo.InvariantCulture, $"{address}:{Port} {protocol}{(Device is null ? "" : $" on {Device}")}");
        }
    }
}
