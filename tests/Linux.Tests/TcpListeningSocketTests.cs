using System.Net;
using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class TcpListeningSocketTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void TryOpen_FreePort_AcceptsConnections(string address)
    {
        using var listener = Open(new IPEndPoint(IPAddress.Parse(address), 0));
        var bound = listener.BoundAddress()!;
        Assert.Equal(IPAddress.Parse(address), bound.Address);
        Assert.Null(listener.TryAccept(out var none));
        Assert.Equal(Errno.Again, none);

        using var client = Connect(bound);
        using var accepted = listener.TryAccept(out var errno);
        Assert.Equal((Errno.None, false), (errno, accepted!.IsInvalid));
    }

    [Fact]
    public void TryOpen_PortOfAnotherListener_IsRefused()
    {
        using var listener = Open(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Null(TcpListeningSocket.TryOpen(listener.BoundAddress()!, out var errno));
        Assert.Equal(Errno.AlreadyInUse, errno);
    }

    [Fact]
    public void TryOpen_AddressOfNoInterface_IsRefused()
    {
        Assert.Null(TcpListeningSocket.TryOpen(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), out var errno));
        Assert.Equal(Errno.AddressNotAvailable, errno);
    }

    /// <summary>Both families of one port can be configured.</summary>
    [Fact]
    public void TryOpen_AnyAddressOfEachFamily_ShareThePort() => OwnNetwork.Run(() =>
    {
        using var inet6 = Open(new IPEndPoint(IPAddress.IPv6Any, 0));
        using var inet4 = Open(new IPEndPoint(IPAddress.Any, inet6.BoundAddress()!.Port));
        Assert.Equal(IPAddress.Any, inet4.BoundAddress()!.Address);
    });

    /// <summary>The server has closed first, so its end is in TIME_WAIT.</summary>
    [Fact]
    public void TryOpen_AfterAClosedConnection_BindsAgain()
    {
        IPEndPoint bound;
        using (var listener = Open(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            bound = listener.BoundAddress()!;
            using var client = Connect(bound);
            using (var accepted = new Socket(listener.TryAccept(out _)!)) accepted.Shutdown(SocketShutdown.Both);
            Assert.Equal(0, client.Receive(new byte[1]));
        }

        using var again = Open(bound);
        Assert.Equal(bound, again.BoundAddress());
    }

    [Fact]
    public void Resume_ReleasedSocket_GoesOn()
    {
        using var listener = Open(new IPEndPoint(IPAddress.Loopback, 0));
        var bound = listener.BoundAddress()!;
        using var client = Connect(bound);
        using var resumed = TcpListeningSocket.Resume(listener.Release());
        Assert.Equal(bound, resumed.BoundAddress());
        using var accepted = resumed.TryAccept(out var errno);
        Assert.Equal(Errno.None, errno);
    }

    private static TcpListeningSocket Open(IPEndPoint address)
    {
        var listener = TcpListeningSocket.TryOpen(address, out var errno);
        Assert.Equal(Errno.None, errno);
        return listener!;
    }

    private static Socket Connect(IPEndPoint address)
    {
        var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(address);
        return client;
    }
}
