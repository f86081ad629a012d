using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sockets;

/// <summary>A TCP connection that the server has not closed; one or both ends may have finished sending.</summary>
/// <param name="Port">Local port.</param>
/// <param name="Inode">0 before the server has accepted the connection, and after it has closed it.</param>
/// <param name="Cgroup">Id of the cgroup v2 that its listener was created in (Linux 5.9); 0 if the kernel does not report
/// it.</param>
internal readonly record struct HeldConnection(int Port, ulong Inode, ulong Cgroup)
{
    /// <summary>
    /// Bits of states: TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2 (the server has answered and waits for the client),
    /// TCP_CLOSE_WAIT, TCP_CLOSING. Connections that the server has closed have no inode.
    /// </summary>
    public const uint States = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 11;

    private const ushort CgroupAttribute = 21; // INET_DIAG_CGROUP_ID

    public bool IsAccepted => Inode != 0;

    /// <param name="recordSize">Size of <c>struct inet_diag_msg</c>; attributes follow it.</param>
    public static HeldConnection Read(ReadOnlySpan<byte> body, int recordSize) => new(
        BinaryPrimitives.ReadUInt16BigEndian(body[4..]), MemoryMarshal.Read<uint>(body[68..]), CgroupOf(body[recordSize..]));

    private static ulong CgroupOf(ReadOnlySpan<byte> attributes) =>
        NetlinkAttribute.Find(attributes, CgroupAttribute) is { Length: >= sizeof(ulong) } value
            ? MemoryMarshal.Read<ulong>(value)
            : 0;
}
