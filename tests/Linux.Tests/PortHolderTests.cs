using System.Net;
using System.Net.Sockets;
using Linux.Tests.Harness;

namespace Linux.Tests;

/// <summary>Holders of ports, with sockets of this process.</summary>
public sealed class PortHolderTests
{
    [Theory]
    [InlineData("listening")]
    [InlineData("bound")]
    [InlineData("datagram")]
    public void On_TakenPort_NamesProcessUntilItEnds(string kind)
    {
        // A kernel before 6.8 does not list sockets that are bound and do not listen.
        Assert.SkipWhen(kind == "bound" && Environment.OSVersion.Version < new Version(6, 8), "Linux 6.8");
        var isStream = kind != "datagram";
        using var socket = new Socket(
            AddressFamily.InterNetwork, isStream ? SocketType.Stream : SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (kind == "listening") socket.Listen();
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;

        var holder = Assert.Single(PortHolder.On(new HashSet<int> { port }), holder => holder.IsStream == isStream);
        Assert.Equal(
            (IPAddress.Loopback, port, Environment.ProcessId, UserDatabase.EffectiveUser),
            (holder.Address, holder.Port, holder.Pid, holder.Uid));
        Assert.True(
            SocketHolders.DescriptorOf(Environment.ProcessId, holder.Inode) is not null, "the inode is that of the socket");

        socket.Dispose();
        // A process that another test forks has the socket for a moment, too.
        Deadline.Until(
            () => PortHolder.On(new HashSet<int> { port }).All(other => other.IsStream != isStream), "nobody holds the port");
    }

    [Fact]
    public void Described_User_IsItsNameAndNumber()
    {
        Assert.Equal("root (0)", UserDatabase.Described(0));
        Assert.Equal("4242424", UserDatabase.Described(4_242_424));
    }
}
