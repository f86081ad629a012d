using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// What a group of port sharding is told by in the kernel, within a network namespace. Of IPv6 sockets those for IPv6 alone are
/// groups of their own as well; both kinds cannot have one address and port at the same time.
/// </summary>
internal readonly record struct GroupKey(bool IsStream, bool IsInet6, RawAddress Address, int Port, uint Device, uint Uid)
{
    public static GroupKey Of(in SocketRecord socket) =>
        new(socket.IsStream, socket.IsInet6, socket.RawAddress, socket.Port, socket.Device, socket.Uid);

    /// <summary>
    /// Inodes of the members, in order of joining: the kernel puts a new one at the head of the list that it lists from, but one
    /// of IPv6 at its tail (net/ipv4/inet_hashtables.c, include/net/sock.h: sk_add_node_rcu).
    /// </summary>
    /// <param name="sockets">As <see cref="SockDiag"/> lists them.</param>
    public ulong[] MembersIn(IEnumerable<SocketRecord> sockets)
    {
        var key = this;
        var members = sockets.Where(socket => Of(socket) == key).Select(socket => socket.Inode);
        return IsInet6 ? [.. members] : [.. members.Reverse()];
    }

    public Balance BalanceFor(Balance asked) => asked != Balance.Default ? asked : IsStream ? Balance.RoundRobin : Balance.Hash;
}
