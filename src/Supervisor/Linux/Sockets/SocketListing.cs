using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>Lists all serving sockets, through an open netlink socket or a temporary one.</summary>
/// <exception cref="LinuxException">
/// The kernel does not answer. A partial list would look as if sockets had closed.
/// </exception>
internal static class SocketListing
{
    public static List<SocketRecord> Of(SockDiag? diag)
    {
        if (diag is null) return SockDiag.Serving();
        var sockets = new List<SocketRecord>();
        Check(diag.Listeners(sockets));
        Check(diag.Datagrams(sockets));
        return sockets;
    }

    /// <summary>Without its module (tcp_diag, udp_diag) the kernel lists no socket of this protocol, and says ENOENT.</summary>
    private static void Check(Errno errno)
    {
        if (errno != Errno.None && errno != Errno.NotFound) throw new LinuxException("sock_diag", errno);
    }
}
