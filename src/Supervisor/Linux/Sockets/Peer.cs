using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// The process at the other end of a local socket, as it was when it connected (unix(7), SO_PEERCRED, SO_PEERGROUPS).
/// </summary>
/// <param name="Groups">Supplementary groups.</param>
internal sealed record Peer(int Pid, uint Uid, uint Gid, ValueList<uint> Groups)
{
    private const int OptionPeerCredentials = 17;
    private const int OptionPeerGroups = 59; // Linux 4.13
    private const int CredentialsSize = 12;  // struct ucred

    /// <summary>Null if the kernel does not report the peer.</summary>
    public static unsafe Peer? Read(SafeHandle socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialsSize];
        uint size = CredentialsSize;
        fixed (byte* into = credentials)
            if (Libc.GetSocketOption(socket, Libc.LevelSocket, OptionPeerCredentials, into, &size) != 0) return null;
        return new Peer(
            MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]),
            MemoryMarshal.Read<uint>(credentials[8..]), GroupsOf(socket));
    }

    /// <summary>True if the group is the primary group or a supplementary group of the peer.</summary>
    public bool IsIn(uint group) => Gid == group || Groups.Contains(group);

    public override string ToString() => $"user {Uid} (process {Pid})";

    private static unsafe ValueList<uint> GroupsOf(SafeHandle socket)
    {
        for (var count = 64; count <= 1 << 17; count *= 4)
        {
            var groups = new uint[count];
            var size = (uint)(count * sizeof(uint));
            fixed (uint* into = groups)
            {
                if (Libc.GetSocketOption(socket, Libc.LevelSocket, OptionPeerGroups, into, &size) == 0)
                    return new([.. groups.AsSpan(0, (int)size / sizeof(uint))]);
                if (Libc.ErrnoOf(-1) != Errno.OutOfRange) return [];
            }
        }

        return [];
    }
}
