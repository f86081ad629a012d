namespace Reuseportd.Linux;

/// <summary>All sockets that serve, asked for through a netlink socket that is open already, or one for this time.</summary>
internal static class Listing
{
    public static List<SocketRecord> Of(SockDiag? diag)
    {
        if (diag is null) return SockDiag.Serving();
        var sockets = new List<SocketRecord>();
        _ = diag.Listeners(sockets);
        _ = diag.Datagrams(sockets);
        return sockets;
    }
}
