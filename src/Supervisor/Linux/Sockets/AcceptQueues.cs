using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>The length of a listener's accept queue; for a UDP socket, the length of its receive queue in bytes.</summary>
/// <param name="Waiting">Established connections that are not accepted.</param>
/// <param name="Limit">
/// The most connections that may wait: the smaller of backlog and <c>net.core.somaxconn</c>. 0 for UDP: unknown.
/// </param>
internal readonly record struct QueueLength(long Waiting, long Limit, ulong Cookie);

/// <summary>
/// Reads the queues of all serving sockets: one dump of the kernel's listeners, and on request one of its UDP sockets.
/// </summary>
internal static class AcceptQueues
{
    /// <param name="diag">Owned by the caller.</param>
    /// <returns>Queues by inode. Empty, with an errno, if the kernel does not answer.</returns>
    public static Dictionary<ulong, QueueLength> Sample(SockDiag diag, bool datagrams, out Errno errno)
    {
        var sockets = new List<SocketRecord>();
        errno = diag.Listeners(sockets);
        if (errno == Errno.None && datagrams) errno = diag.Datagrams(sockets);
        var queues = new Dictionary<ulong, QueueLength>(sockets.Count);
        foreach (var socket in sockets) queues[socket.Inode] = FromSocket(socket);
        return queues;
    }

    public static QueueLength FromSocket(in SocketRecord socket) =>
        new(socket.ReceiveQueue, socket.IsStream ? socket.WriteQueue : 0, socket.Cookie);
}
