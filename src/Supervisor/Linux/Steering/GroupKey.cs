using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// The properties that distinguish groups of port sharding within a network namespace. IPv6-only sockets form groups of their
/// own; IPv6-only and dual-stack sockets cannot share an address and port.
/// </summary>
internal readonly record struct GroupKey(bool IsStream, bool IsInet6, RawAddress Address, int Port, uint Device, uint Uid)
{
    public static GroupKey For(in SocketRecord socket) =>
        new(socket.IsStream, socket.IsInet6, socket.RawAddress, socket.Port, socket.Device, socket.Uid);

    /// <summary>
    /// Inodes of the members in order of joining. The kernel inserts a new socket at the head of its list, but a new IPv6 socket
    /// at the tail (net/ipv4/inet_hashtables.c, include/net/sock.h: sk_add_node_rcu).
    /// </summary>
    /// <param name="sockets">In the order of <see cref="SockDiag"/>.</param>
    public ulong[] MembersIn(IEnumerable<SocketRecord> sockets)
    {
        var key = this;
        var members = sockets.Where(socket => For(socket) == key).Select(socket => socket.Inode);
        return IsInet6 ? [.. members] : [.. members.Reverse()];
    }

    public Balance BalanceFor(Balance asked) => asked != Balance.Default ? asked : IsStream ? Balance.RoundRobin : Balance.Hash;
}
