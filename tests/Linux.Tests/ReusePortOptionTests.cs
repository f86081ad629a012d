using System.Net;
using System.Net.Sockets;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Options of sockets of this process, read from the kernel.</summary>
public sealed class ReusePortOptionTests
{
    private const int LevelSocket = 1;
    private const int OptionReusePort = 15;

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void IsSetOnAll_OneListener_IsItsSetting(bool sets, bool expected)
    {
        using var listener = Listening(sets);
        Assert.Equal(expected, Of(listener));
    }

    [Fact]
    public void IsSetOnAll_OneOfTwoListenersWithoutIt_False()
    {
        using var one = Listening(sets: true);
        using var other = Listening(sets: false);
        Assert.False(Of(one, other));
        Assert.True(Of(one));
    }

    [Fact]
    public void IsSetOnAll_DatagramSocketBesideAListener_DoesNotCount()
    {
        using var listener = Listening(sets: true);
        using var datagrams = Bound(SocketType.Dgram, sets: false);
        Assert.True(Of(listener, datagrams));
        Assert.False(Of(datagrams));
    }

    [Fact]
    public void IsSetOnAll_NoSocket_False() => Assert.False(ReusePortOption.IsSetOnAll(
        Environment.ProcessId, new PortFilter([new PortRange(1, 1)]), SockDiag.Serving()));

    private static bool Of(params Socket[] sockets) => ReusePortOption.IsSetOnAll(
        Environment.ProcessId,
        new PortFilter([.. sockets.Select(PortOf).Order().Select(port => new PortRange(port, port))]),
        SockDiag.Serving());

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static Socket Listening(bool sets)
    {
        var socket = Bound(SocketType.Stream, sets);
        socket.Listen();
        return socket;
    }

    private static Socket Bound(SocketType type, bool sets)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        if (sets) socket.SetRawSocketOption(LevelSocket, OptionReusePort, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
