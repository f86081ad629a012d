using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>All sockets that serve, asked for through a netlink socket that is open already, or one for this time.</summary>
/// <exception cref="LinuxException">
/// The kernel does not answer: half a list would be taken for sockets that have closed.
/// </exception>
internal static class Listing
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
