using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class ConnectionCountTests
{
    private static readonly int Self = Environment.ProcessId;

    [Fact]
    public void Take_ConnectionsOfAllKinds_AcceptedAndNotClosedCount() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listener = port.Open();
        using var diag = new SockDiag();
        var clients = port.Connect(5);
        Assert.Equal(0, Take(diag).All); // they wait in the queue
        Assert.Equal(5, AcceptQueues.Sample(diag, datagrams: false, out _)[SharedPort.Of(listener).Inode].Waiting);

        var accepted = Enumerable.Range(0, 4).Select(_ => listener.Accept()).ToArray();
        Assert.Equal((4, 4), (Take(diag).All, Take(diag).HeldBy([Self])));
        // A client that has finished sending still waits for its answer.
        clients[0].Shutdown(SocketShutdown.Send);
        Assert.Equal(4, Take(diag).HeldBy([Self]));
        accepted[0].Dispose();
        accepted[1].Dispose();
        Assert.Equal(2, Take(diag).HeldBy([Self]));
        Assert.Equal(0, Take(diag).HeldBy([1]));
        clients.ForEach(client => client.Dispose());
    });

    [Fact]
    public void Take_SeveralPortsAndFamilies_CountsTheRequestedOnly() => OwnNetwork.Run(() =>
    {
        IPEndPoint[] endpoints =
            [new(IPAddress.Loopback, 7001), new(IPAddress.IPv6Loopback, 7002), new(IPAddress.Loopback, 7003)];
        var listeners = endpoints.Select(Listen).ToArray();
        var ends = listeners.SelectMany(listener => Enumerable.Range(0, 3).SelectMany(_ => Connect(listener))).ToArray();
        using var diag = new SockDiag();
        Assert.Equal(3, ConnectionCount.Read(diag, [7002], out _).All);
        Assert.Equal(6, ConnectionCount.Read(diag, [7001, 7002], out var errno).All);
        Assert.Equal(Errno.None, errno);
        foreach (var socket in (Socket[])[.. ends, .. listeners]) socket.Dispose();
    });

    [Fact]
    public void HeldBy_Cgroup_CountsWorkersInIt() => OwnNetwork.Run(spawner =>
    {
        using var group = new TestCgroup();
        var request = TestWorker.Request("shares", "a", "tcp4,127.0.0.1,7000") with { Cgroup = group.Folder };
        using var worker = ShareWorker.Start(spawner, request);
        using var other = ShareWorker.Start(spawner, "b", "tcp4,127.0.0.1,7001");
        var clients = ((int[])[7000, 7001]).Select(port =>
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(IPAddress.Loopback, port);
            Assert.Equal(2, client.Receive(new byte[8])); // accepted and answered, and open until the client closes
            return client;
        }).ToArray();

        using var diag = new SockDiag();
        var count = ConnectionCount.Read(diag, [7000, 7001], out _);
        Assert.SkipUnless(count.KnowsCgroups, "this kernel tells no cgroups of sockets");
        Assert.Equal((2, 1), (count.All, count.HeldBy(group.Id)));
        Assert.Equal((1, 1), (count.HeldBy([worker.Pid]), count.HeldBy([other.Pid])));
        foreach (var client in clients) client.Dispose();
    });

    [Fact]
    public void Take_AThousandConnections_TakesSomeMilliseconds() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listener = port.Open();
        var ends = new List<Socket>();
        while (ends.Count < 2000)
        {
            ends.AddRange(port.Connect(1));
            ends.Add(listener.Accept());
        }

        using var diag = new SockDiag();
        _ = Take(diag).HeldBy([Self]);
        var clock = new Stopwatch();
        var (dump, both) = Enumerable.Range(0, 3).Select(_ =>
        {
            clock.Restart();
            var count = Take(diag);
            var dump = clock.Elapsed;
            Assert.Equal(1000, count.HeldBy([Self]));
            return (Dump: dump, Both: clock.Elapsed);
        }).MinBy(times => times.Both);
        clock.Restart();
        _ = AcceptQueues.Sample(diag, datagrams: true, out _);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"dump {dump.TotalMilliseconds:0.00} ms, with descriptors {both.TotalMilliseconds:0.00} ms, "
            + $"queues {clock.Elapsed.TotalMilliseconds:0.00} ms");
        // The bound only detects quadratic growth, and the best of three counts, so that the test passes on a loaded machine.
        Assert.InRange(both.TotalMilliseconds, 0, 500);
        ends.ForEach(end => end.Dispose());
    });

    private static ConnectionCount Take(SockDiag diag)
    {
        var count = ConnectionCount.Read(diag, [SharedPort.Port], out var errno);
        Assert.Equal(Errno.None, errno);
        return count;
    }

    private static Socket Listen(IPEndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(at);
        socket.Listen();
        return socket;
    }

    private static Socket[] Connect(Socket listener)
    {
        var client = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        return [client, listener.Accept()];
    }
}
