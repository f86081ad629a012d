using System.Net;
using System.Net.Sockets;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>
/// A port that sockets of this process share, with the steering of their group. The caller uses a network namespace of its own.
/// </summary>
internal sealed class SharedPort : IDisposable
{
    public const int Port = 7000;

    private readonly IPAddress _address;
    private readonly bool _isStream;
    private readonly List<Socket> _sockets = [];

    /// <param name="address">Of the sockets; <c>::</c> takes both families.</param>
    public SharedPort(string address = "127.0.0.1", bool isStream = true) =>
        (_address, _isStream) = (IPAddress.Parse(address), isStream);

    public IPEndPoint Target => new(
        _address.Equals(IPAddress.IPv6Any)
            ? IPAddress.IPv6Loopback
            : _address.Equals(IPAddress.Any) ? IPAddress.Loopback : _address,
        Port);

    public GroupKey Key => GroupKey.For(SockDiag.Serving().First(socket => socket.Port == Port));

    /// <summary>Opens another member, which listens or is bound.</summary>
    public Socket Open()
    {
        var type = _isStream ? SocketType.Stream : SocketType.Dgram;
        var socket = new Socket(_address.AddressFamily, type, ProtocolType.Unspecified) { Blocking = false };
        socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        if (_address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
        socket.Bind(new IPEndPoint(_address, Port));
        if (_isStream) socket.Listen(4096);
        _sockets.Add(socket);
        return socket;
    }

    public Socket[] Open(int count) => [.. Enumerable.Range(0, count).Select(_ => Open())];

    /// <summary>A duplicate of the socket, as the steering finds it in a worker.</summary>
    public static SharedSocket Of(Socket socket)
    {
        var number = (int)socket.Handle;
        var taken = new TakenSocket(number);
        var (inode, cookie) = (taken.Inode, taken.Cookie);
        taken.SetHandleAsInvalid();
        return new SharedSocket(inode, () => [Environment.ProcessId], Environment.ProcessId, number) { Cookie = cookie };
    }

    /// <summary>Slot by slot, each with one socket.</summary>
    public static void JoinAll(IGroupSteering steering, IReadOnlyList<Socket> sockets)
    {
        for (var slot = 0; slot < sockets.Count; slot++) Assert.Equal(Errno.None, steering.Join(slot, [Of(sockets[slot])]));
    }

    public IGroupSteering Steer(SteeringKind kind, Balance balance, int workers = 16) =>
        new SteeringMode(kind, "").Steer(Key, balance, workers);

    /// <summary>Makes connections in sequence. A failed connection fails the test. They are closed with this port.</summary>
    public List<Socket> Connect(int count)
    {
        var clients = new List<Socket>();
        for (var number = 0; number < count; number++)
        {
            var client = new Socket(Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(client);
            client.Connect(Target);
            clients.Add(client);
        }

        return clients;
    }

    /// <summary>Accepts all waiting connections.</summary>
    public static int Drain(Socket listener)
    {
        var count = 0;
        while (listener.Poll(0, SelectMode.SelectRead))
        {
            try
            {
                listener.Accept().Dispose();
                count++;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                break;
            }
        }

        return count;
    }

    /// <summary>Reads all datagrams and returns the client port of each.</summary>
    public static List<int> Read(Socket bound)
    {
        var buffer = new byte[64];
        var ports = new List<int>();
        EndPoint from = new IPEndPoint(bound.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (bound.Available > 0)
        {
            bound.ReceiveFrom(buffer, ref from);
            ports.Add(((IPEndPoint)from).Port);
        }

        return ports;
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
}
