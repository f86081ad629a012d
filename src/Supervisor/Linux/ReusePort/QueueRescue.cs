using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// Makes a listener stop listening, upon which the kernel hands its accept queue on to others of the group, and listen again at
/// once, with an empty queue and the backlog that it had: a worker that wakes finds its listener as it left it.
/// </summary>
internal static class QueueRescue
{
    /// <param name="listing">Sockets as they are now.</param>
    /// <param name="again">Called when it listens again, and is the group's newest member.</param>
    /// <param name="waited">Adds what waited.</param>
    /// <returns>Of the first listener that failed; the others are served all the same.</returns>
    public static Errno Of(
        GroupMembers.Member member,
        IReadOnlyList<SocketRecord> listing,
        Func<int, TakenSocket, Errno> again,
        ref long waited)
    {
        var first = Errno.None;
        for (var ordinal = 0; ordinal < member.Sockets.Count; ordinal++)
        {
            using var taken = member.Sockets[ordinal].Take(out var errno);
            if (taken is not null) errno = Of(taken, listing, ref waited);
            if (errno == Errno.None) errno = again(ordinal, taken!);
            if (first == Errno.None) first = errno;
        }

        return first;
    }

    private static Errno Of(TakenSocket taken, IReadOnlyList<SocketRecord> listing, ref long waited)
    {
        var record = listing.FirstOrDefault(socket => socket.Cookie == taken.Cookie);
        if (!record.IsStream) return Errno.NotSupported;
        var errno = taken.StopListening();
        if (errno != Errno.None) return errno;
        waited += record.ReceiveQueue;
        return taken.Listen((int)Math.Min(record.WriteQueue, int.MaxValue));
    }
}
