using System.Net;
using System.Net.Sockets;
using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

/// <summary>The counts of connections by the programs, compared with those of sock_diag(7).</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class ShardingConnectionTests
{
    private const int Port = 7000;

    /// <summary>
    /// Accepts all connections. It answers and ends its side after an "h", closes with unread data after a "c", and closes after
    /// the client.
    /// </summary>
    private const string Server =
        """
        import socketserver, socket
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    while (got := self.request.recv(1)):
                        if got == b"c": return
                        if got == b"h": self.request.shutdown(socket.SHUT_WR)
                except OSError: pass
        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 1024
            def shutdown_request(self, request): self.close_request(request)
            def server_activate(self):
                super().server_activate()
                print("ready", flush=True)
        Server(("127.0.0.1", 7000), Handler).serve_forever()
        """;

    [Fact]
    public void Read_ConnectionsThatEndInEveryWay_EqualsSockDiag() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var groups = shards.Attach(Shards.Port(), 2);
        foreach (var group in groups) ShardedGroup.Lines(group.Start(spawner, "/usr/bin/python3", "-c", Server));
        var random = new Random(1);
        var open = new List<Socket>();
        var total = 0;
        for (var round = 0; round < 12; round++)
        {
            for (var number = 0; number < 100; number++, total++) open.Add(Connect());
            foreach (var client in open.Where(_ => random.Next(4) == 0)) client.Send("h"u8);
            Assert.Equal(open.Count, Counted(shards, groups, open.Count));
            for (var number = random.Next(open.Count); number > 0; number--)
            {
                var at = random.Next(open.Count);
                End(open[at], random.Next(4));
                open.RemoveAt(at);
            }

            Assert.Equal(open.Count, Counted(shards, groups, open.Count));
        }

        var counts = groups.Select(group => shards.Programs.Read(group.Directory.Id)!.Value).ToArray();
        Assert.Equal(total, counts.Sum(count => (int)count.Established));
        open.ForEach(client => client.Dispose());
        Assert.Equal(0, Counted(shards, groups, 0));
    });

    [Fact]
    public void Read_ConnectionsThatAreNeverAccepted_CountUntilTheyEnd() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var group = shards.Attach(Shards.Port());
        var worker = group.Start(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        ShardedGroup.Lines(worker);
        var clients = Enumerable.Range(0, 10).Select(_ => Connect()).ToArray();
        Deadline.Until(() => shards.Connections(group) == 10, "ten connections");
        End(clients[0], 1);
        Deadline.Until(() => shards.Connections(group) == 9, "one was reset");
        Assert.Equal(Errno.None, worker.Process.SendSignal(Signal.Kill));
        worker.AwaitExit();
        Deadline.Until(() => shards.Connections(group) == 0, "the listener is closed");
        foreach (var client in clients) client.Dispose();
    });

    [Fact]
    public void Drain_LastConnectionEnds_IsToldOnce() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var group = shards.Attach(Shards.Port());
        ShardedGroup.Lines(group.Start(spawner, "/usr/bin/python3", "-c", Server));
        Connect().Dispose();
        Deadline.Until(() => shards.Connections(group) == 0, "no connection");
        shards.Outcomes();

        var clients = Enumerable.Range(0, 3).Select(_ => Connect()).ToArray();
        Assert.Equal(Errno.None, shards.Programs.Drain(group.Number));
        Assert.Equal(3ul, shards.Connections(group));
        clients[0].Dispose();
        clients[1].Dispose();
        Deadline.Until(() => shards.Connections(group) == 1, "one connection");
        Assert.Empty(shards.Outcomes());
        clients[2].Dispose();
        var told = new List<ShardingOutcome>();
        Deadline.Until(() => (told = shards.Outcomes()).Count > 0, "an outcome");
        Assert.Equal((ShardingKind.Idle, group.Number), (Assert.Single(told).Kind, told[0].Worker));

        Assert.Equal(Errno.NotFound, shards.Programs.StopDrain(group.Number));
        Connect().Dispose();
        Deadline.Until(() => shards.Programs.Read(group.Directory.Id) is { Connections: 0, Established: 5 }, "the fifth ended");
        Assert.Empty(shards.Outcomes());
    });

    [Fact]
    public void Read_ConnectionToAnotherPort_IsNotCounted() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        using var group = new ShardedGroup();
        var settings = ShardingSettings.From(Shards.Port(7001), privilegedPorts: false);
        Assert.Null(shards.Programs.Attach(group.Directory, settings, 1));
        group.Run(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        using var client = Connect();
        Assert.Equal(0ul, shards.Programs.Read(group.Directory.Id)!.Value.Established);
    });

    [Fact]
    public void Read_WorkerIsKilled_ItsConnectionsAreGone() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var group = shards.Attach(Shards.Port());
        var worker = group.Start(spawner, "/usr/bin/python3", "-c", Server);
        ShardedGroup.Lines(worker);
        var clients = Enumerable.Range(0, 50).Select(_ => Connect()).ToArray();
        Assert.Equal(50, Counted(shards, [group], 50));
        worker.Process.SendSignal(Signal.Kill);
        worker.AwaitExit();
        Assert.Equal(0ul, shards.Connections(group));
        foreach (var client in clients) client.Dispose();
    });

    private static Socket Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, Port);
        return client;
    }

    private static void End(Socket client, int way)
    {
        if (way == 1) client.LingerState = new LingerOption(true, 0);
        if (way == 2) client.Send("cx"u8);
        if (way == 3)
        {
            client.Shutdown(SocketShutdown.Send);
            client.Poll(Deadline.Patience, SelectMode.SelectRead);
        }

        client.Dispose();
    }

    /// <summary>The count of the programs at the moment when sock_diag lists the expected number.</summary>
    private static int Counted(Shards shards, ShardedGroup[] groups, int expected)
    {
        using var diag = new SockDiag();
        Deadline.Until(
            () =>
            {
                var listed = ConnectionCount.Read(diag, [Port], out var errno);
                Assert.Equal(Errno.None, errno);
                return groups.Sum(group => listed.HeldBy(group.Directory.Id)) == expected;
            },
            $"sock_diag lists {expected} connections");
        return groups.Sum(group => (int)shards.Connections(group));
    }
}
