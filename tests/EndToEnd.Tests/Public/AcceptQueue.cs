using System.Net;
using System.Net.Sockets;

namespace EndToEnd.Tests.Public;

/// <summary>Connections to the short queue of Python's http.server, while it is stopped.</summary>
internal static class AcceptQueue
{
    private const int Connections = 20;

    /// <summary>More connections than the queue has room for, which then end.</summary>
    public static void Overflow(string address, int port)
    {
        for (var made = 0; made < Connections; made++)
        {
            // Without a reset at the end, packets that are sent again would be dropped later, too.
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                Blocking = false, LingerState = new LingerOption(true, 0),
            };
            try
            {
                client.Connect(IPAddress.Parse(address), port);
            }
            catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // The handshake goes on, or finds no room.
            }

            client.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectWrite);
        }
    }
}
