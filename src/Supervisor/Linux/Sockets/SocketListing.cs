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
        var errno = diag.Listeners(sockets);
        if (errno == Errno.None) errno = diag.Datagrams(sockets);
        return errno == Errno.None ? sockets : throw new LinuxException("sock_diag", errno);
    }
}
