using System.Net;
using System.Net.Sockets;

namespace Reuseportd.Linux.Sockets;

/// <summary>Addresses of the host's interfaces.</summary>
internal static class LocalAddress
{
    /// <summary>
    /// True if a process can bind the address, which is also so with <c>net.ipv4.ip_nonlocal_bind</c>. Binds a datagram socket to
    /// a port that the kernel chooses, and closes it. Does not wait.
    /// </summary>
    /// <param name="address">As in an outcome; true for a text that is no address.</param>
    public static bool IsLocal(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed)) return true;
        try
        {
            using var socket = new Socket(parsed.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(parsed, 0));
            return true;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode != SocketError.AddressNotAvailable;
        }
    }
}
