using System.Net;
using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SockDiagTests
{
    [Theory]
    [InlineData("tcp4", "127.0.0.1", true)]
    [InlineData("tcp4", "0.0.0.0", true)]
    [InlineData("tcp6", "::1", true)]
    [InlineData("udp4", "127.0.0.1", false)]
    [InlineData("udp6", "::", false)]
    public void Serving_SocketOfAWorker_IsListedAndHeldByIt(string protocol, string address, bool isStream)
    {
        using var worker = TestWorker.Start("binds", $"{protocol},{address},0");
        var port = worker.ReadNumbers("bound")[^1];

        var held = SocketHolders.Of([worker.Pid]);
        var socket = Assert.Single(SockDiag.Serving(), socket => held.Contains(socket.Inode));
        Assert.Equal((isStream, IPAddress.Parse(address), port), (socket.IsStream, socket.Address, socket.Port));
        Assert.Equal(UserDatabase.EffectiveUser, socket.Uid);
        Assert.Single(held);
    }

    [Fact]
    public void Listeners_BoundAndNotListening_IsNotListed()
    {
        using var worker = TestWorker.Start("binds", "tcp4-,127.0.0.1,0");
        worker.ReadNumbers("bound");

        var held = SocketHolders.Of([worker.Pid]);
        Assert.Single(held);
        Assert.DoesNotContain(SockDiag.Serving(), socket => held.Contains(socket.Inode));
    }

    [Fact]
    public void Listeners_ConnectionsNotAccepted_AreInTheQueue()
    {
        using var worker = TestWorker.Start("binds", "tcp4,127.0.0.1,0");
        var port = worker.ReadNumbers("bound")[^1];
        var clients = Enumerable.Range(0, 3).Select(_ => new TcpClient("127.0.0.1", port)).ToList();
        using var diag = new SockDiag();

        Deadline.Until(() => Find(diag, port).ReceiveQueue == 3, "three connections wait");
        Assert.Equal(16u, Find(diag, port).WriteQueue);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Listeners_ManySockets_AllAreListed()
    {
        string[] asked = [.. Enumerable.Repeat("tcp4,127.0.0.1,0", 500)];
        using var worker = TestWorker.Start("binds", asked);
        var ports = asked.Select(_ => worker.ReadNumbers("bound")[^1]).ToHashSet();

        var listed = new List<SocketRecord>();
        using var diag = new SockDiag();
        Assert.Equal(Errno.None, diag.Listeners(listed));
        Assert.Subset(listed.Select(socket => socket.Port).ToHashSet(), ports);
    }

    [Fact]
    public void Of_EndedProcess_HoldsNothing() => Assert.Empty(SocketHolders.Of([int.MaxValue]));

    private static SocketRecord Find(SockDiag diag, int port)
    {
        var listed = new List<SocketRecord>();
        Assert.Equal(Errno.None, diag.Listeners(listed));
        return Assert.Single(listed, socket => socket.Port == port && !socket.IsInet6);
    }
}
