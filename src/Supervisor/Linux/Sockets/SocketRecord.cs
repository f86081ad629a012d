using System.Net;
using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sockets;

/// <summary>The local end of a socket, from sock_diag(7).</summary>
/// <param name="Inode">Number of the socket in <c>/proc/PID/fd</c>.</param>
/// <param name="ReceiveQueue">TCP listener: connections that wait to be accepted. UDP: bytes to be read.</param>
/// <param name="WriteQueue">TCP listener: its backlog, the most connections that may wait. UDP: bytes to be sent.</param>
/// <param name="Cookie">Unique number of the socket since boot: SO_COOKIE, socket(7).</param>
/// <param name="Device">Index of the interface that the socket is bound to, or 0.</param>
internal readonly record struct SocketRecord(
    bool IsStream,
    bool IsInet6,
    RawAddress RawAddress,
    int Port,
    ulong Inode,
    uint Uid,
    uint ReceiveQueue,
    uint WriteQueue,
    ulong Cookie = 0,
    uint Device = 0)
{
    /// <summary>Creates a new object for each call.</summary>
    public IPAddress Address
    {
        get
        {
            var raw = RawAddress;
            return new IPAddress(MemoryMarshal.AsBytes(new ReadOnlySpan<RawAddress>(in raw))[..(IsInet6 ? 16 : 4)]);
        }
    }
}

/// <summary>16 bytes in network order; IPv4 uses the first four.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct RawAddress(ulong First, ulong Second);
