using System.Net;
using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sockets;

/// <summary>A socket as sock_diag(7) describes it, by its local end.</summary>
/// <param name="Inode">Number under which <c>/proc/PID/fd</c> shows it.</param>
/// <param name="ReceiveQueue">Of a TCP listener: connections that wait to be accepted. Of UDP: bytes to be read.</param>
/// <param name="WriteQueue">Of a TCP listener: the most that may wait, its backlog. Of UDP: bytes to be sent.</param>
/// <param name="Cookie">Of this socket and no other since the machine was started: SO_COOKIE, socket(7).</param>
/// <param name="Device">Index of the interface that it is bound to, or 0.</param>
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
    /// <summary>Makes a new object each time.</summary>
    public IPAddress Address
    {
        get
        {
            var raw = RawAddress;
            return new IPAddress(MemoryMarshal.AsBytes(new ReadOnlySpan<RawAddress>(in raw))[..(IsInet6 ? 16 : 4)]);
        }
    }
}

/// <summary>16 bytes in network order, of which IPv4 uses the first four.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct RawAddress(ulong First, ulong Second);
