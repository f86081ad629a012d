using System.Net;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sharding;

/// <summary>The values of <c>enum share_kind</c>.</summary>
internal enum ShardingKind : byte
{
    Bind,
    Listen,

    /// <summary>The first outcome that a worker lost: read its sockets by sock_diag. It has no socket.</summary>
    Lost,

    /// <summary>The worker has no open connection any more: the answer to <see cref="ShardingPrograms.Drain"/>.</summary>
    Idle,
}

/// <summary>
/// <c>struct share_event</c> of Native/Sharding/share_maps.h: a bind(2), or a listen(2) that succeeded. A bind that failed has an
/// errno if <see cref="ShardingPrograms.TellsFailures"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ShardingOutcome
{
    /// <summary>The number that the daemon attached the programs with.</summary>
    public readonly ulong Worker;

    /// <summary>Unique number of the socket since boot: SO_COOKIE, <see cref="SocketRecord.Cookie"/>.</summary>
    public readonly ulong Cookie;

    /// <summary>Unique number of the network namespace since boot.</summary>
    public readonly ulong Network;

    /// <summary>Outcomes of this worker that were lost before this one.</summary>
    public readonly ulong Lost;

    /// <summary>Of the socket, as /proc/PID/fd has it; 0 if unknown.</summary>
    public readonly ulong Inode;

    /// <summary>IPv4 in the last four bytes.</summary>
    private readonly RawAddress _address;

    /// <summary>
    /// The process that made the call, in the daemon's pid namespace. 0 if it is not visible there, or if a daemon outside of the
    /// first pid namespace has no BTF.
    /// </summary>
    public readonly uint Pid;

    /// <summary>Of a bind that failed: the port that the process asked for.</summary>
    public readonly ushort Port;

    /// <summary>IPPROTO_TCP, IPPROTO_UDP and others.</summary>
    public readonly ushort Protocol;

    public readonly ShardingKind Kind;
    private readonly byte _family;
    private readonly byte _type;
    private readonly byte _matched;
    private readonly sbyte _reusePort;
    private readonly sbyte _reuseAddress;
    private readonly byte _confined;
    private readonly byte _reserved;
    private readonly int _backlog;
    private readonly int _error;

    public bool IsInet6 => _family == Libc.FamilyInet6;

    /// <summary>True if the socket passed the filters, so that it is sharded.</summary>
    public bool Matched => _matched != 0;

    /// <summary>True if the socket was bound to the interface of the settings.</summary>
    public bool IsConfined => _confined != 0;

    /// <summary>None after a success; null if the bind failed and the errno is unknown.</summary>
    public Errno? Errno => _error < 0 ? null : new Errno(_error);

    /// <summary>Limit of the accept queue after a listen; null if unknown.</summary>
    public int? Backlog => _backlog < 0 ? null : _backlog;

    public OptionSetting ReusePort => (OptionSetting)_reusePort;

    public OptionSetting ReuseAddress => (OptionSetting)_reuseAddress;

    /// <summary>The words of the preload library.</summary>
    public string Type => _type switch
    {
        Libc.SocketStream => "stream",
        Libc.SocketDatagram => "dgram",
        _ => _type.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Creates a new object for each call.</summary>
    public IPAddress Address
    {
        get
        {
            const int mappedBytes = 12;
            var raw = _address;
            return new IPAddress(MemoryMarshal.AsBytes(new ReadOnlySpan<RawAddress>(in raw))[(IsInet6 ? 0 : mappedBytes)..]);
        }
    }

    /// <summary>The outcome in the form of the library's lines. The descriptor is unknown: -1.</summary>
    /// <remarks>Not for <see cref="ShardingKind.Idle"/>, which the library does not have.</remarks>
    /// <param name="device">The interface of the settings.</param>
    public BindOutcome ToOutcome(string? device)
    {
        if (Kind == ShardingKind.Lost)
            return new BindOutcome(OutcomeKind.Lost, 0, null, "", "") { LostLines = (long)Lost };
        var kind = Kind == ShardingKind.Listen ? OutcomeKind.Listen : OutcomeKind.Bind;
        var socket = new SocketOutcome(
            -1, Inode, IsInet6 ? "inet6" : "inet", Type, Address.ToString(), Port, Matched, ReusePort, ReuseAddress,
            IsConfined ? device : null, Backlog);
        var result = _error == 0 ? "ok" : Errno?.ToString() ?? BindOutcome.UnknownErrno;
        return new BindOutcome(kind, (int)Pid, socket, result, "");
    }
}
