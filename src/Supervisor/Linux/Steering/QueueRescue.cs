using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// Stops a listener, so that the kernel hands its accept queue to other members, and makes it listen again at once with the same
/// backlog. A worker that wakes finds its listener unchanged, with an empty queue.
/// </summary>
internal static class QueueRescue
{
    /// <param name="listing">Present sockets.</param>
    /// <param name="again">Called when the socket listens again and is the newest member of its group.</param>
    /// <param name="waited">Incremented by the number of waiting connections.</param>
    /// <returns>The error of the first listener that failed; the others are still rescued.</returns>
    public static Errno Run(
        GroupMembers.Member member,
        IReadOnlyList<SocketRecord> listing,
        Func<int, TakenSocket, Errno> again,
        ref long waited)
    {
        var first = Errno.None;
        for (var ordinal = 0; ordinal < member.Sockets.Count; ordinal++)
        {
            using var taken = member.Sockets[ordinal].Take(out var errno);
            if (taken is not null) errno = Run(taken, listing, ref waited);
            if (errno == Errno.None) errno = again(ordinal, taken!);
            if (first == Errno.None) first = errno;
        }

        return first;
    }

    private static Errno Run(TakenSocket taken, IReadOnlyList<SocketRecord> listing, ref long waited)
    {
        var record = listing.FirstOrDefault(socket => socket.Cookie == taken.Cookie);
        if (!record.IsStream) return Errno.NotSupported;
        var errno = taken.StopListening();
        if (errno != Errno.None) return errno;
        waited += record.ReceiveQueue;
        return taken.Listen((int)Math.Min(record.WriteQueue, int.MaxValue));
    }
}
