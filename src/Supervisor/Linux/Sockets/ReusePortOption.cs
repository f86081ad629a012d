using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// Reads SO_REUSEPORT (socket(7)) of the sockets of a process. sock_diag(7) does not report it, so each socket is taken for a
/// moment; see <see cref="SharedSocket"/> for the required rights.
/// </summary>
internal static class ReusePortOption
{
    /// <summary>Most sockets that are examined; a program may open any number.</summary>
    private const int Most = 64;

    /// <param name="pid">Its descendants are examined too.</param>
    /// <param name="ports">Sockets on other ports are ignored.</param>
    /// <param name="serving">All serving sockets, from <see cref="SockDiag.Serving"/>.</param>
    /// <returns>True if all sockets have the option; false if there is none, or one cannot be examined.</returns>
    public static bool IsSetOnAll(int pid, PortFilter ports, IReadOnlyList<SocketRecord> serving)
    {
        var tree = ProcessDescendants.Of(pid);
        var inodes = SocketHolders.Of(tree);
        var sockets = serving.Where(socket => ports.Contains(socket.Port) && inodes.Contains(socket.Inode)).ToArray();
        // A TCP server may also use UDP sockets as a client.
        if (sockets.Any(socket => socket.IsStream)) sockets = [.. sockets.Where(socket => socket.IsStream)];
        return sockets.Length is > 0 and <= Most && sockets.All(socket => IsSet(new SharedSocket(socket.Inode, () => tree)));
    }

    private static bool IsSet(SharedSocket socket)
    {
        using var taken = socket.Take(out _);
        return taken is { HasReusePort: true };
    }
}
