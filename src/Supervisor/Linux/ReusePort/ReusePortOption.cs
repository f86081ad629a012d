using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// Whether the sockets of a process share their ports (SO_REUSEPORT, socket(7)). sock_diag(7) does not tell, so each is taken
/// for a moment: see <see cref="SharedSocket"/> for the right that this needs.
/// </summary>
internal static class ReusePortOption
{
    /// <summary>A program may open any number of sockets; so many tell enough.</summary>
    private const int Most = 64;

    /// <param name="pid">Its descendants are looked at, too.</param>
    /// <param name="ports">Sockets on other ports do not count.</param>
    /// <param name="serving">As <see cref="SockDiag.Serving"/> has it.</param>
    /// <returns>Whether all have it; false where there is none, or one may not be looked at.</returns>
    public static bool IsSetOnAll(int pid, PortFilter ports, IReadOnlyList<SocketRecord> serving)
    {
        var tree = ProcessDescendants.Of(pid);
        var inodes = SocketHolders.Of(tree);
        var sockets = serving.Where(socket => ports.Contains(socket.Port) && inodes.Contains(socket.Inode)).ToArray();
        // A TCP server may also have UDP sockets that it asks others from.
        if (sockets.Any(socket => socket.IsStream)) sockets = [.. sockets.Where(socket => socket.IsStream)];
        return sockets.Length is > 0 and <= Most && sockets.All(socket => IsSet(new SharedSocket(socket.Inode, () => tree)));
    }

    private static bool IsSet(SharedSocket socket)
    {
        using var taken = socket.Take(out _);
        return taken is { HasReusePort: true };
    }
}
