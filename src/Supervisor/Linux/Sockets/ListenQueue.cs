using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sockets;

/// <summary>The accept queue of a TCP listener, from sock_diag(7).</summary>
/// <param name="Inode">Number of the socket in <c>/proc/PID/fd</c>.</param>
/// <param name="Waiting">Connections that wait to be accepted.</param>
/// <param name="Limit">The most connections that may wait.</param>
/// <param name="Drops">Packets of handshakes that found no room since the socket was made. A client repeats them.</param>
internal readonly record struct ListenQueue(ulong Inode, uint Waiting, uint Limit, uint Drops)
{
    private const int MemoryInfo = 7; // INET_DIAG_SKMEMINFO of linux/inet_diag.h
    private const int DropsIndex = 8; // SK_MEMINFO_DROPS of linux/sock_diag.h

    /// <summary>The bit that asks the kernel for the drops.</summary>
    public const byte Extensions = 1 << (MemoryInfo - 1);

    /// <param name="attributes">What follows <c>struct inet_diag_msg</c>.</param>
    public static ListenQueue Read(in SocketRecord socket, ReadOnlySpan<byte> attributes) =>
        new(socket.Inode, socket.ReceiveQueue, socket.WriteQueue, DropsIn(attributes));

    private static uint DropsIn(ReadOnlySpan<byte> attributes) =>
        NetlinkAttribute.Find(attributes, MemoryInfo) is { Length: > DropsIndex * sizeof(uint) } value
            ? MemoryMarshal.Read<uint>(value[(DropsIndex * sizeof(uint))..])
            : 0;
}
