using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>These tests run alone: a process of another test may hold a closed listener in its group for a moment.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class ClassicSteeringTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public void Leave_EachInTurnAndSomeClose_NothingReachesThem(string address) => OwnNetwork.Run(() => Turn(address));

    [Fact]
    public void Leave_UnprivilegedUser_Works() => OwnNetwork.Run(() => OnThisThreadAsOrdinaryUser(() => Turn("127.0.0.1")));

    [Fact]
    public void Probe_UnprivilegedUser_IsClassicWithAReason() => OwnNetwork.Run(() => OnThisThreadAsOrdinaryUser(() =>
    {
        var mode = SteeringMode.Probe();
        Assert.Equal(SteeringKind.Classic, mode.Kind);
        foreach (var fact in (string[])["EPERM", "CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON"])
            Assert.Contains(fact, mode.Reason, StringComparison.Ordinal);
    }));

    [Fact]
    public void Join_ByHash_AConnectionFromTheSamePortGoesToTheSameSlot() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(8);
        using var steering = port.Steer(SteeringKind.Classic, Balance.Hash);
        SharedPort.JoinAll(steering, listeners);
        var clients = port.Connect(800);
        var counts = listeners.Select(SharedPort.Drain).ToArray();
        Assert.Equal(800, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 40, 180));
        clients.ForEach(client => client.Dispose());
    });

    [Fact]
    public void Rescue_WithTheSetting_OthersGetTheQueue() => OwnNetwork.Run(() =>
    {
        Assert.True(MigrationSetting.Provide().IsOn);
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Classic, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var clients = port.Connect(200);

        Assert.Equal(Errno.None, steering.Rescue(1, out var waited));
        Assert.InRange(waited, 20, 100);
        clients.AddRange(port.Connect(100));
        Assert.Equal(0, SharedPort.Drain(listeners[1]));
        // The socket listens again and is the last member of the group.
        steering.Leave(0);
        steering.Rejoin(1);
        var had = SharedPort.Drain(listeners[0]);
        clients.AddRange(port.Connect(100));
        Assert.Equal(0, SharedPort.Drain(listeners[0]));
        var one = SharedPort.Drain(listeners[1]);
        Assert.InRange(one, 10, 80);
        Assert.Equal(400, had + one + SharedPort.Drain(listeners[2]) + SharedPort.Drain(listeners[3]));
    });

    /// <summary>
    /// Two processes are replaced at once. The first has ended while the second still drains, and no snapshot was taken yet.
    /// </summary>
    [Fact]
    public void Expect_OneOfTwoCloses_NothingReachesTheOther() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.Classic, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var renewed = port.Open(2);
        for (var slot = 0; slot < 2; slot++) Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(renewed[slot])]));
        steering.Expect([SharedPort.Of(listeners[0]).Inode]);
        var clients = port.Connect(100);
        listeners[0].Dispose();
        clients.AddRange(port.Connect(400));

        Assert.Equal(0, SharedPort.Drain(listeners[1]));
        Assert.Equal(500, SharedPort.Drain(listeners[2]) + SharedPort.Drain(listeners[3]) + renewed.Sum(SharedPort.Drain));
        steering.Refresh(SockDiag.Serving());
        clients.AddRange(port.Connect(400));
        Assert.All([listeners[2], listeners[3], .. renewed], listener => Assert.InRange(SharedPort.Drain(listener), 40, 160));
        Assert.Equal(0, SharedPort.Drain(listeners[1]));
        clients.ForEach(client => client.Dispose());
    });

    [Fact]
    public void Detach_Steered_TheKernelsHashIsBack() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(2);
        var steering = port.Steer(SteeringKind.Classic, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        steering.Leave(0);
        var clients = port.Connect(100);
        Assert.Equal([0, 100], listeners.Select(SharedPort.Drain));
        Assert.Equal(Errno.None, steering.Detach());
        clients.AddRange(port.Connect(100));
        Assert.InRange(SharedPort.Drain(listeners[0]), 20, 80);
        steering.Dispose();
    });

    /// <summary>
    /// Each slot leaves and rejoins, and sockets close and join in between, which changes the order of the kernel's array.
    /// </summary>
    private static void Turn(string address)
    {
        using var port = new SharedPort(address);
        var listeners = port.Open(6);
        using var steering = port.Steer(SteeringKind.Classic, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        var clients = new List<Socket>();
        for (var slot = 0; slot < listeners.Length; slot++)
        {
            // The new process of the slot starts before the old process ends.
            var next = port.Open();
            Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(next)]));
            clients.AddRange(port.Connect(60));
            Assert.Equal(0, SharedPort.Drain(listeners[slot]));
            listeners[slot].Dispose();
            Assert.Equal(Errno.None, steering.Refresh(SockDiag.Serving()));
            listeners[slot] = next;

            var other = (slot + 2) % listeners.Length;
            Assert.Equal(Errno.None, steering.Leave(other));
            Assert.InRange(listeners.Sum(SharedPort.Drain), 1, 60);
            clients.AddRange(port.Connect(60));
            Assert.Equal(0, SharedPort.Drain(listeners[other]));
            Assert.Equal(60, listeners.Select(SharedPort.Drain).Where((_, at) => at != other).Sum());
            Assert.Equal(Errno.None, steering.Rejoin(other));
        }

        clients.ForEach(client => client.Dispose());
    }

    private static void OnThisThreadAsOrdinaryUser(Action work) => OrdinaryUser.OnThisThread(work);
}
