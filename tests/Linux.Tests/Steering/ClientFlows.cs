using System.Net;
using System.Net.Sockets;

namespace Linux.Tests.Steering;

/// <summary>Clients with a socket for each flow.</summary>
internal sealed class ClientFlows : IDisposable
{
    private readonly List<Socket> _clients = [];
    private readonly Dictionary<int, int> _flowOfPort = [];

    public ClientFlows(IPEndPoint target, int count)
    {
        for (var flow = 0; flow < count; flow++)
        {
            var client = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            client.Connect(target);
            _clients.Add(client);
            _flowOfPort.Add(((IPEndPoint)client.LocalEndPoint!).Port, flow);
        }
    }

    /// <summary>Sends a datagram in each flow: the index of the socket that got it.</summary>
    public int[] Owners(Socket[] sockets)
    {
        var owners = new int[_clients.Count];
        Array.Fill(owners, -1);
        // The test sends in parts, as a receive buffer holds some hundred datagrams.
        foreach (var part in _clients.Chunk(100))
        {
            foreach (var client in part) client.Send([1]);
            for (var slot = 0; slot < sockets.Length; slot++)
            {
                if (sockets[slot].SafeHandle.IsClosed) continue;
                foreach (var port in SharedPort.Read(sockets[slot])) owners[_flowOfPort[port]] = slot;
            }
        }

        Assert.DoesNotContain(-1, owners);
        return owners;
    }

    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
