using System.Net;
using System.Net.Sockets;
using System.Text;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>Unmodified servers in their own processes, steered under load.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class ProcessSteeringTests
{
    private const int Port = 7000;
    private const string Endpoint = "tcp4,127.0.0.1,7000";

    /// <summary>
    /// Starts a new process, steers connections to it, waits until the old process has none, and then sends SIGTERM, which ends
    /// this server at any point.
    /// </summary>
    [Theory]
    [InlineData(nameof(SteeringKind.Program))]
    [InlineData(nameof(SteeringKind.Classic))]
    public void Join_ThreeRoundsOfReplacementUnderLoad_NoRequestFails(string kind) => OwnNetwork.Run(spawner =>
    {
        if (kind == nameof(SteeringKind.Program)) Need.Program();
        else Root.Require();
        Assert.True(MigrationSetting.Provide().IsOn);
        var workers = Enumerable.Range(0, 4).Select(slot => ShareWorker.Start(spawner, $"{slot}", Endpoint)).ToArray();
        using var diag = new SockDiag();
        using var steering = new SteeringMode(Enum.Parse<SteeringKind>(kind), "")
            .Steer(KeyOf(workers[0]), Balance.Default, 4, diag);
        for (var slot = 0; slot < workers.Length; slot++) Assert.Equal(Errno.None, steering.Join(slot, workers[slot].Shared()));
        using var load = new Load(4);
        load.AwaitMore(200);

        for (var round = 0; round < 3; round++)
        {
            for (var slot = 0; slot < workers.Length; slot++)
            {
                var old = workers[slot];
                workers[slot] = ShareWorker.Start(spawner, $"{slot}", Endpoint);
                Assert.Equal(Errno.None, steering.Join(slot, workers[slot].Shared()));
                // A connection that was assigned just before arrives after its handshake.
                load.AwaitMore(20);
                Deadline.Until(() => IsEmpty(diag, old), "the old one has nothing left");
                old.Send(new Signal(15));
                old.AwaitEnd();
                old.Dispose();
                Assert.Equal(Errno.None, steering.Refresh(SockDiag.Serving()));
                load.AwaitMore(20);
            }
        }

        Assert.Equal((0, ""), load.End());
        foreach (var worker in workers) worker.Dispose();
    });

    [Fact]
    public void Join_WorkerKilledUnderLoad_OnlyItsAcceptedConnectionsAreLost() => OwnNetwork.Run(spawner =>
    {
        Need.Program();
        var workers = Enumerable.Range(0, 4).Select(slot => ShareWorker.Start(spawner, $"{slot}", Endpoint)).ToArray();
        using var diag = new SockDiag();
        using var steering = new SteeringMode(SteeringKind.Program, "").Steer(KeyOf(workers[0]), Balance.Default, 4, diag);
        for (var slot = 0; slot < workers.Length; slot++) Assert.Equal(Errno.None, steering.Join(slot, workers[slot].Shared()));
        using var load = new Load(8);
        load.AwaitMore(200);

        const int kills = 12;
        for (var kill = 0; kill < kills; kill++)
        {
            var slot = kill % workers.Length;
            workers[slot].Send(Signal.Kill);
            workers[slot].AwaitEnd();
            workers[slot].Dispose();
            load.AwaitMore(20);
            workers[slot] = ShareWorker.Start(spawner, $"{slot}", Endpoint);
            Assert.Equal(Errno.None, steering.Join(slot, workers[slot].Shared()));
            load.AwaitMore(20);
        }

        var (failed, first) = load.End();
        Assert.True(failed <= kills, $"{failed} failed, at first: {first}");
        foreach (var worker in workers) worker.Dispose();
    });

    /// <summary>Carries out the verdicts for a worker under SIGSTOP in sequence.</summary>
    [Fact]
    public void Rescue_StoppedWorker_ItsQueueIsServedAndItComesBack() => OwnNetwork.Run(spawner =>
    {
        Need.Program();
        var workers = Enumerable.Range(0, 4).Select(slot => ShareWorker.Start(spawner, $"{slot}", Endpoint)).ToArray();
        using var diag = new SockDiag();
        using var steering = new SteeringMode(SteeringKind.Program, "").Steer(KeyOf(workers[0]), Balance.Default, 4, diag);
        for (var slot = 0; slot < workers.Length; slot++) Assert.Equal(Errno.None, steering.Join(slot, workers[slot].Shared()));
        workers[1].Send(new Signal(19));
        using var load = new Load(16, patience: TimeSpan.FromSeconds(20));
        long Queue() => AcceptQueues.Sample(diag, datagrams: false, out _)[workers[1].Sockets[0].Inode].Waiting;
        // Each client of the stopped worker hangs.
        Deadline.Until(() => Queue() >= 8, "its queue grows");

        Assert.Equal(Errno.None, steering.Leave(1));
        Assert.Equal(Errno.None, steering.Rescue(1, out var waited));
        Assert.InRange(waited, 8, 16);
        load.AwaitMore(500);
        Assert.Equal(0, Queue());

        workers[1].Send(new Signal(18));
        Assert.Equal(Errno.None, steering.Rejoin(1));
        var before = steering.CountsOf(1)!.Value.Given;
        load.AwaitMore(100);
        Assert.True(steering.CountsOf(1)!.Value.Given - before >= 10, "it gets connections again");
        var (failed, first) = load.End();
        // The worker can be stopped after it accepted a connection. That client fails at its timeout.
        Assert.True(failed == 0, $"{failed} failed, at first: {first}");
        foreach (var worker in workers) worker.Dispose();
    });

    /// <summary>Detects that a stuck worker accepts again, and wakes a worker that migration did not wake.</summary>
    [Theory]
    [InlineData("tcp4,0.0.0.0,7000")]
    [InlineData("tcp6,::,7000")]
    public void Visit_StoppedWorker_AcceptsWhenItRunsAgain(string endpoint) => OwnNetwork.Run(spawner =>
    {
        Need.Program();
        using var first = ShareWorker.Start(spawner, "0", endpoint);
        using var second = ShareWorker.Start(spawner, "1", endpoint);
        var key = KeyOf(first);
        using var steering = new SteeringMode(SteeringKind.Program, "").Steer(key, Balance.Default, 2);
        Assert.Equal(Errno.None, steering.Join(0, first.Shared()));
        Assert.Equal(Errno.None, steering.Join(1, second.Shared()));
        second.Send(new Signal(19));
        Assert.Equal(Errno.None, steering.Rescue(1, out _));

        using var diag = new ConnectionDiag();
        using var netlink = new SockDiag();
        using (var visit = Assert.IsType<SlotVisit>(SlotVisit.Begin(steering, key, 1, out var errno)))
        {
            Assert.Equal(Errno.None, errno);
            Deadline.Until(
                () => AcceptQueues.Sample(netlink, datagrams: false, out _)[second.Sockets[0].Inode].Waiting == 1,
                "it waits there");
            Assert.False(visit.IsAccepted(diag));
            second.Send(new Signal(18));
            Deadline.Until(() => visit.IsAccepted(diag), "it is accepted");
        }

        Assert.Equal(1ul, steering.CountsOf(1)!.Value.Given);
    });

    private static GroupKey KeyOf(ShareWorker worker) =>
        GroupKey.For(SockDiag.Serving().First(socket => socket.Inode == worker.Sockets[0].Inode));

    private static bool IsEmpty(SockDiag diag, ShareWorker worker) =>
        AcceptQueues.Sample(diag, datagrams: false, out _)[worker.Sockets[0].Inode].Waiting == 0
        && ConnectionCount.Read(diag, [Port], out _).HeldBy([worker.Server]) == 0;

    /// <summary>Clients in a closed loop, each on a thread in the network namespace of their creator.</summary>
    private sealed class Load : IDisposable
    {
        private readonly List<Thread> _threads = [];
        private readonly int _patience;
        private volatile bool _ends;
        private int _served;
        private int _failed;
        private string _first = "";

        public Load(int clients, TimeSpan? patience = null)
        {
            _patience = (int)(patience ?? TimeSpan.FromSeconds(5)).TotalMilliseconds;
            for (var client = 0; client < clients; client++)
            {
                var thread = new Thread(Loop);
                thread.Start();
                _threads.Add(thread);
            }
        }

        public void AwaitMore(int requests)
        {
            var target = Volatile.Read(ref _served) + requests;
            Deadline.Until(
                () => Volatile.Read(ref _served) >= target, $"{requests} more requests are served, {_failed} failed: {_first}");
        }

        public (int Failed, string First) End()
        {
            _ends = true;
            _threads.ForEach(thread => thread.Join());
            return (_failed, _first);
        }

        public void Dispose() => End();

        private void Loop()
        {
            while (!_ends)
            {
                try
                {
                    Ask();
                    Interlocked.Increment(ref _served);
                }
                catch (Exception exception) when (exception is SocketException or IOException)
                {
                    if (Interlocked.Increment(ref _failed) == 1) _first = exception.Message;
                }
            }
        }

        private void Ask()
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                ReceiveTimeout = _patience,
            };
            client.Connect(IPAddress.Loopback, Port);
            var buffer = new byte[16];
            var count = 0;
            while (client.Receive(buffer, count, buffer.Length - count, SocketFlags.None) is > 0 and var read) count += read;
            if (count != 2 || buffer[1] != '\n') throw new IOException($"answer '{Encoding.ASCII.GetString(buffer, 0, count)}'");
        }
    }
}
