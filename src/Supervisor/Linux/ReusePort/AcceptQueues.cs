using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>How full the queue of a listener is; of a UDP socket, in bytes.</summary>
/// <param name="Waiting">Connections made and not accepted yet.</param>
/// <param name="Limit">
/// The most that may wait: the smaller of its backlog and <c>net.core.somaxconn</c>. Of UDP not known: 0.
/// </param>
internal readonly record struct QueueLength(long Waiting, long Limit, ulong Cookie);

/// <summary>
/// The queues of all sockets that serve: one dump of the kernel's listeners, and one of its UDP sockets where asked for.
/// </summary>
internal static class AcceptQueues
{
    /// <param name="diag">Kept open by the caller.</param>
    /// <returns>By inode. Empty, with an errno, where the kernel does not answer.</returns>
    public static Dictionary<ulong, QueueLength> Sample(SockDiag diag, bool datagrams, out Errno errno)
    {
        var sockets = new List<SocketRecord>();
        errno = diag.Listeners(sockets);
        if (errno == Errno.None && datagrams) errno = diag.Datagrams(sockets);
        var queues = new Dictionary<ulong, QueueLength>(sockets.Count);
        foreach (var socket in sockets) queues[socket.Inode] = Of(socket);
        return queues;
    }

    public static QueueLength Of(in SocketRecord socket) =>
        new(socket.ReceiveQueue, socket.IsStream ? socket.WriteQueue : 0, socket.Cookie);
}
