using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// Decides which members of a group of port sharding get new connections and datagrams; one object for each service and endpoint.
/// A slot is the number of a worker, independent of its process.
/// Steering never closes, holds or delays a connection. A slot that has left serves its connections, and its sockets stay members
/// of the group. If no slot takes part, the kernel's hash over all members applies.
/// </summary>
internal interface IGroupSteering : IDisposable
{
    SteeringKind Kind { get; }

    /// <summary>
    /// Gives the share of a slot to these sockets. The slot's former sockets get no new connections from the same moment, so a
    /// new process takes over from the old one.
    /// </summary>
    /// <param name="sockets">
    /// All sockets of the worker in this group: listening TCP sockets, bound UDP sockets. An empty list removes the slot.
    /// </param>
    /// <param name="takesPart">
    /// True if the slot gets its share; else it is only known, for <see cref="Visit"/> or <see cref="Rejoin"/>.
    /// </param>
    /// <returns>
    /// The error of the first socket that failed. The slot then keeps its former sockets, and the new sockets get nothing while
    /// others take part.
    /// </returns>
    Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true);

    /// <summary>Gives the slot no new connections, even if its process has ended. ENOTSUP if steering is not possible.</summary>
    Errno Leave(int slot);

    /// <summary>Reverts <see cref="Leave"/>.</summary>
    Errno Rejoin(int slot);

    /// <summary>Call this when a socket has joined or left the group by other means.</summary>
    /// <param name="listing">All present sockets, from <see cref="SockDiag"/>.</param>
    Errno Refresh(IReadOnlyList<SocketRecord> listing);

    /// <summary>
    /// Announces that sockets which get no new connections are about to close. Call it before, for one process at a time, so that
    /// the other shares hold until the next <see cref="Refresh"/>.
    /// </summary>
    /// <param name="sockets">Inodes.</param>
    void Expect(IEnumerable<ulong> sockets);

    /// <summary>Passes the present lengths of the queues, for <c>least_queue</c>.</summary>
    void SetQueues(IReadOnlyDictionary<ulong, QueueLength> byInode);

    /// <summary>The slots that have counts, also those that have left. Empty if nothing is counted.</summary>
    IEnumerable<int> CountedSlots { get; }

    /// <summary>Counts since the slot's first <see cref="Join"/>, over all its processes; null if nothing is counted.</summary>
    GivenCounts? CountsOf(int slot);

    /// <summary>
    /// Moves the waiting connections of the slot's listeners to other members, and leaves. Only for a worker that does not
    /// accept: a listener stops and listens again, and an accept(2) meanwhile would return EINVAL. TCP only.
    /// </summary>
    /// <param name="waited">Number of connections that waited.</param>
    Errno Rescue(int slot, out long waited);

    /// <summary>
    /// Sends traffic from one client port, over TCP or UDP, to one slot, even an inactive one: to test whether it answers, or to
    /// wake it. One visit at a time; port 0 ends it. ENOTSUP if that is not possible.
    /// </summary>
    Errno Visit(int slot, int clientPort);

    /// <summary>Returns the group to the kernel's hash.</summary>
    /// <returns>ENOENT if no member is left to do it with: the group ends with its last socket.</returns>
    Errno Detach();
}

/// <param name="Given">Number of connections or datagrams.</param>
/// <param name="Migrated">Number of connections taken over from closed listeners.</param>
internal readonly record struct GivenCounts(ulong Given, ulong Migrated)
{
    public static GivenCounts operator +(GivenCounts one, GivenCounts other) =>
        new(one.Given + other.Given, one.Migrated + other.Migrated);
}
