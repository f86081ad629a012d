using System.Net;
using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

[Collection(ProgramsOfTheKernel.Name)]
public sealed class ProgramSteeringTests
{
    public ProgramSteeringTests() => Need.Program();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public void Join_RoundRobinWithSixteen_AllGetEqualShares(string address) => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort(address);
        var listeners = port.Open(16);
        var byHash = Given(listeners, port.Connect(1600));

        using var steering = port.Steer(SteeringKind.Program, Balance.Default);
        SharedPort.JoinAll(steering, listeners);
        var counts = Given(listeners, port.Connect(1600));

        Assert.Equal(1600, counts.Sum());
        Assert.InRange(counts.Max() / 100.0, 1.0, 1.05);
        Assert.Equal(
            counts.Select(count => (ulong)count), Enumerable.Range(0, 16).Select(slot => steering.CountsOf(slot)!.Value.Given));
        Assert.InRange(byHash.Max() / 100.0, 1.05, 2.0);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"max/mean {counts.Max() / 100.0:0.00}, by the kernel's hash {byHash.Max() / 100.0:0.00}");
    });

    [Fact]
    public void Join_DualStack_BothFamiliesAreSpread() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort("::");
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);

        var clients = new List<Socket>();
        for (var number = 0; number < 40; number++)
        {
            clients.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            clients[^1].Connect(IPAddress.Loopback, SharedPort.Port);
        }

        clients.AddRange(port.Connect(40));
        Assert.Equal([20, 20, 20, 20], Given(listeners, clients));
    });

    [Theory]
    [InlineData(nameof(Balance.RoundRobin))]
    [InlineData(nameof(Balance.Random))]
    [InlineData(nameof(Balance.Hash))]
    [InlineData(nameof(Balance.LeastQueue))]
    public void Leave_EachBalance_NothingNewAndNothingLost(string balance) => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Enum.Parse<Balance>(balance));
        SharedPort.JoinAll(steering, listeners);

        var clients = port.Connect(200);
        Assert.Equal(Errno.None, steering.Leave(2));
        var had = SharedPort.Drain(listeners[2]);
        Assert.NotEqual(0, had);
        clients.AddRange(port.Connect(300));
        Assert.Equal(0, SharedPort.Drain(listeners[2]));
        Assert.Equal(Errno.None, steering.Rejoin(2));
        clients.AddRange(port.Connect(400));

        var counts = Given(listeners, clients);
        Assert.Equal(900, counts.Sum() + had);
        Assert.InRange(counts[2], 20, 400);
    });

    [Fact]
    public void Join_NewProcessOfSlot_GetsNewConnectionsAndTheOldOneKeepsItsOwn() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var clients = port.Connect(40);

        var next = port.Open();
        clients.AddRange(port.Connect(40));
        Assert.Equal(0, SharedPort.Drain(next)); // a member of the group, and nothing is given to it
        Assert.Equal(Errno.None, steering.Join(1, [SharedPort.Of(next)]));
        clients.AddRange(port.Connect(40));

        Assert.Equal(10, SharedPort.Drain(next));
        Assert.Equal(20, SharedPort.Drain(listeners[1]));
        Assert.Equal(30ul, steering.CountsOf(1)!.Value.Given);
        listeners[1].Dispose();
        clients.AddRange(port.Connect(40));
        Assert.Equal([30 + 10, 10, 30 + 10, 30 + 10], Given([listeners[0], next, listeners[2], listeners[3]], clients));
    });

    [Fact]
    public void Join_ListenerCloses_ItsQueueIsSpreadWithoutTheSetting() => OwnNetwork.Run(() =>
    {
        Assert.Equal(false, MigrationSetting.Read());
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var clients = port.Connect(120);

        listeners[0].Dispose();
        Assert.Equal([40, 40, 40], listeners[1..].Select(SharedPort.Drain));
        Assert.Equal([0ul, 10, 10, 10], Enumerable.Range(0, 4).Select(slot => steering.CountsOf(slot)!.Value.Migrated));
        // The slot still takes part: the other slots share its turns.
        clients.AddRange(port.Connect(120));
        Assert.Equal([40, 40, 40], Given(listeners[1..], clients));
    });

    [Fact]
    public void Join_SeveralSocketsOfOneWorker_AllAreUsed() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        Assert.Equal(Errno.None, steering.Join(0, [SharedPort.Of(listeners[0]), SharedPort.Of(listeners[1])]));
        Assert.Equal(Errno.None, steering.Join(1, [SharedPort.Of(listeners[2]), SharedPort.Of(listeners[3])]));

        var clients = port.Connect(40);
        Assert.Equal([10, 10, 10, 10], Given(listeners, clients));
        Assert.Equal(20ul, steering.CountsOf(1)!.Value.Given);

        // The next process has one socket only.
        var next = port.Open();
        Assert.Equal(Errno.None, steering.Join(1, [SharedPort.Of(next)]));
        Assert.Equal([10, 10, 0, 0, 10], Given([.. listeners, next], port.Connect(30)));
    });

    [Fact]
    public void Join_MoreSlotsThanExpected_AllTakePartAndCountsStay() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(150);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin, workers: 4);
        SharedPort.JoinAll(steering, listeners[..64]);
        Assert.Equal(640, Given(listeners[..64], port.Connect(640)).Sum());
        SharedPort.JoinAll(steering, listeners);

        Assert.All(Given(listeners, port.Connect(300)), count => Assert.Equal(2, count));
        Assert.Equal((12ul, 2ul), (steering.CountsOf(5)!.Value.Given, steering.CountsOf(149)!.Value.Given));
    });

    [Fact]
    public void Join_SocketThatDoesNotListen_IsRefusedAndNothingChanges() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(2);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        Assert.Equal(Errno.InvalidArgument, steering.Join(1, [SharedPort.Of(idle)]));
        Assert.Equal(Errno.NotFound, steering.Join(1, [new SharedSocket(1, () => [Environment.ProcessId])]));
        var next = port.Open();
        Assert.Equal(Errno.InvalidArgument, steering.Join(1, [SharedPort.Of(next), SharedPort.Of(idle)]));
        Assert.Equal(Errno.InvalidArgument, steering.Join(2, [SharedPort.Of(next), SharedPort.Of(idle)]));
        Assert.Equal([10, 10, 0], Given([.. listeners, next], port.Connect(20)));
        Assert.Equal(Errno.None, steering.Join(2, [SharedPort.Of(next)]));
        Assert.Equal([10, 10, 10], Given([.. listeners, next], port.Connect(30)));
    });

    [Fact]
    public void Join_SocketOfAnotherSlot_IsBusy() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(2);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        using var second = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);

        Assert.Equal(Errno.Busy, second.Join(0, [SharedPort.Of(listeners[0])]));
        steering.Dispose();
        Assert.Equal(Errno.None, second.Join(0, [SharedPort.Of(listeners[0])]));
    });

    [Fact]
    public void SetQueues_LeastQueue_LongQueuesGetNothing() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.LeastQueue);
        SharedPort.JoinAll(steering, listeners);
        using var diag = new SockDiag();
        var clients = port.Connect(40);
        foreach (var listener in listeners[..3]) SharedPort.Drain(listener);

        var queues = AcceptQueues.Sample(diag, datagrams: false, out var errno);
        Assert.Equal(Errno.None, errno);
        steering.SetQueues(queues);
        clients.AddRange(port.Connect(27));
        Assert.Equal([9, 9, 9, 10], Given(listeners, clients));
    });

    [Fact]
    public void Rescue_WorkerThatAcceptsNothing_OthersGetItsQueue() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var clients = port.Connect(200);

        Assert.Equal(Errno.None, steering.Rescue(3, out var waited));
        Assert.Equal(50, waited);
        clients.AddRange(port.Connect(30));
        Assert.Equal([0, 76, 77, 77], Given(listeners, clients).Order());
        Assert.True(
            clients.TrueForAll(client => client.Poll(0, SelectMode.SelectRead) && client.Receive(new byte[1]) == 0),
            "none was reset");

        Assert.Equal(
            4096u,
            SockDiag.Serving().Where(socket => socket.Port == SharedPort.Port)
                .Select(socket => socket.WriteQueue).Distinct().Single());
        Assert.Equal(Errno.None, steering.Rejoin(3));
        Assert.Equal([10, 10, 10, 10], Given(listeners, port.Connect(40)));
    });

    [Fact]
    public void Visit_SlotThatHasLeft_GetsOneConnection() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        steering.Leave(2);

        using var visitor = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        visitor.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(Errno.None, steering.Visit(2, ((IPEndPoint)visitor.LocalEndPoint!).Port));
        visitor.Connect(port.Target);
        var clients = port.Connect(30);
        Assert.Equal([10, 10, 1, 10], Given(listeners, clients));

        Assert.Equal(Errno.None, steering.Visit(2, 0));
        Assert.Equal([10, 10, 0, 10], Given(listeners, port.Connect(30)));
    });

    [Fact]
    public void Leave_All_TheKernelsHashServes() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(2);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        steering.Leave(0);
        steering.Leave(1);
        Assert.Equal(50, Given(listeners, port.Connect(50)).Sum());
    });

    [Fact]
    public void Dispose_MembersLiveOn_HashAgainAndNothingIsLeft() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        var before = KernelObjects.HeldBy(Environment.ProcessId);
        var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var held = KernelObjects.HeldBy(Environment.ProcessId).Since(before);
        Assert.Equal((1, 3), (held.Programs.Count, held.Maps.Count));
        // An excluded slot gets no connections until the kernel's hash steers the group again.
        steering.Leave(0);

        steering.Dispose();
        Assert.Equal(400, Given(listeners, port.Connect(400), out var counts));
        Assert.InRange(counts[0], 30, 200);
        Deadline.Until(() => !held.AnyLeft(), "program and maps are gone");
    });

    [Fact]
    public void Dispose_GroupHasEnded_NothingIsLeft() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(2);
        var before = KernelObjects.HeldBy(Environment.ProcessId);
        var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var held = KernelObjects.HeldBy(Environment.ProcessId).Since(before);
        foreach (var listener in listeners) listener.Dispose();

        Assert.Equal(Errno.NotFound, steering.Detach());
        steering.Dispose();
        Deadline.Until(() => !held.AnyLeft(), "program and maps are gone");
    });

    [Fact]
    public void Join_NewGroupAfterTheOldOneEnded_IsSteered() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var former = port.Open(2);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, former);
        foreach (var listener in former) listener.Dispose();

        var listeners = port.Open(2);
        SharedPort.JoinAll(steering, listeners);
        Assert.Equal([20, 20], Given(listeners, port.Connect(40)));
    });

    [Fact]
    public void Join_AsOrdinaryUserWithThreeCapabilities_Works() => OwnNetwork.Run(() => OrdinaryUser.OnThisThread(
        () =>
        {
            Assert.Equal(new SteeringMode(SteeringKind.Program, ""), SteeringMode.Probe());
            using var port = new SharedPort();
            var listeners = port.Open(4);
            using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
            SharedPort.JoinAll(steering, listeners);
            Assert.Equal([10, 10, 10, 10], Given(listeners, port.Connect(40)));
        },
        [Capability.TryParse("bpf")!.Value, Capability.TryParse("net_admin")!.Value, Capability.TryParse("perfmon")!.Value]));

    private static int[] Given(IReadOnlyList<Socket> listeners, List<Socket> clients)
    {
        Given(listeners, clients, out var counts);
        return counts;
    }

    /// <summary>The number of connections that each socket accepts.</summary>
    private static int Given(IReadOnlyList<Socket> listeners, List<Socket> clients, out int[] counts)
    {
        counts = [.. listeners.Select(SharedPort.Drain)];
        return counts.Sum();
    }
}
