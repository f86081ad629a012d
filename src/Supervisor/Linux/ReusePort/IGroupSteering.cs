using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// Who of a group of port sharding gets new connections and datagrams: one object for each service and endpoint. A slot is the
/// number of a worker, whichever process it is now.
///
/// Nothing here closes, holds or delays anything: a slot that has left serves on what it has, and its sockets stay members of the
/// group. Where no slot takes part, the kernel's own hash over all members does.
/// </summary>
internal interface IGroupSteering : IDisposable
{
    SteeringKind Kind { get; }

    /// <summary>
    /// Gives the slot's share to these sockets from now on. Those that it had before get nothing new from the same moment: so a
    /// new process takes over from the old one.
    /// </summary>
    /// <param name="sockets">
    /// All that the worker has in this group; TCP sockets that listen, UDP sockets that are bound. None: the slot is forgotten.
    /// </param>
    /// <param name="takesPart">
    /// Whether it gets its share; else it is known only, for <see cref="Visit"/> or a <see cref="Rejoin"/>.
    /// </param>
    /// <returns>
    /// Of the first that failed; then the slot keeps what it had, and kernel's rules hold for the new ones: they get nothing
    /// while others take part.
    /// </returns>
    Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true);

    /// <summary>Gives the slot nothing new; also for one whose process has ended. ENOTSUP where nothing can be steered.</summary>
    Errno Leave(int slot);

    /// <summary>Takes <see cref="Leave"/> back.</summary>
    Errno Rejoin(int slot);

    /// <summary>To be called when a socket has come to the group or gone from it otherwise.</summary>
    /// <param name="listing">All sockets now, as <see cref="SockDiag"/> lists them.</param>
    Errno Refresh(IReadOnlyList<SocketRecord> listing);

    /// <summary>
    /// Sockets that get nothing new are about to close: to be called ahead of it, and by one process at a time, so that the
    /// others' shares hold in the moment between that and the next <see cref="Refresh"/>.
    /// </summary>
    /// <param name="sockets">Inodes.</param>
    void Expect(IEnumerable<ulong> sockets);

    /// <summary>For <c>least_queue</c>: how long the queues are now.</summary>
    void SetQueues(IReadOnlyDictionary<ulong, QueueLength> byInode);

    /// <summary>Since the slot's first <see cref="Join"/>, over all its processes; null where nobody counts.</summary>
    SlotCounts? CountsOf(int slot);

    /// <summary>
    /// Hands what waits in the slot's listeners on to the others, and leaves with it. Only for a worker that is known not to
    /// accept: a listener stops and listens again, which an accept(2) in between would see as EINVAL. TCP only.
    /// </summary>
    /// <param name="waited">Connections that waited.</param>
    Errno Rescue(int slot, out long waited);

    /// <summary>
    /// Sends what comes from this port of a client, over TCP or UDP, to one slot, though it may have left: to see whether it
    /// answers, or to wake it. One visitor at a time; port 0 ends it. ENOTSUP where that cannot be.
    /// </summary>
    Errno Visit(int slot, int clientPort);

    /// <summary>Gives the group back to the kernel's hash, for good.</summary>
    /// <returns>ENOENT where no member is left to do it by: the group has ended then, or ends with its last socket.</returns>
    Errno Detach();
}

/// <param name="Given">Connections, or datagrams.</param>
/// <param name="Migrated">Connections taken over from listeners that closed.</param>
internal readonly record struct SlotCounts(ulong Given, ulong Migrated);
