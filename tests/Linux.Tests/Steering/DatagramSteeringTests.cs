using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>A flow has one port of a client. Changes of other workers must not move it to another worker.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class DatagramSteeringTests
{
    private const int Flows = 1000;
    private const int Workers = 8;

    [Theory]
    [InlineData("127.0.0.1", nameof(SteeringKind.Program))]
    [InlineData("::", nameof(SteeringKind.Program))]
    [InlineData("127.0.0.1", nameof(SteeringKind.Classic))]
    [InlineData("::1", nameof(SteeringKind.Classic))]
    public void Join_OneOfEightIsReplaced_NoFlowOfOthersMoves(string address, string kind) => OwnNetwork.Run(() =>
    {
        if (kind == nameof(SteeringKind.Program)) Need.Program();
        using var port = new SharedPort(address, isStream: false);
        var sockets = port.Open(Workers);
        using var steering = port.Steer(Enum.Parse<SteeringKind>(kind), Balance.Default, Workers);
        SharedPort.JoinAll(steering, sockets);
        using var flows = new ClientFlows(port.Target, Flows);
        var before = flows.Owners(sockets);
        Assert.All(Enumerable.Range(0, Workers), slot => Assert.InRange(before.Count(owner => owner == slot), 70, 190));

        // Surge: the new process runs beside the old process, takes over, and the old process ends.
        var next = port.Open();
        Assert.Equal(Errno.None, steering.Refresh(SockDiag.Serving()));
        Assert.Equal(before, flows.Owners([.. sockets, next]));
        Assert.Equal(Errno.None, steering.Join(3, [SharedPort.Of(next)]));
        sockets[3].Dispose();
        Assert.Equal(Errno.None, steering.Refresh(SockDiag.Serving()));
        sockets[3] = next;
        Assert.Equal(before, flows.Owners(sockets));

        // Stop first: the flows of the stopped worker go to all others meanwhile, and then return.
        Assert.Equal(Errno.None, steering.Leave(5));
        Assert.DoesNotContain(5, flows.Owners(sockets));
        sockets[5].Dispose();
        Assert.Equal(Errno.None, steering.Refresh(SockDiag.Serving()));
        var meanwhile = flows.Owners(sockets);
        Assert.Equal(0, meanwhile.Count(owner => owner == 5));
        Assert.Equal(Workers - 1, meanwhile.Where((_, flow) => before[flow] == 5).Distinct().Count());
        Assert.All(
            Enumerable.Range(0, Flows).Where(flow => before[flow] != 5), flow => Assert.Equal(before[flow], meanwhile[flow]));
        sockets[5] = port.Open();
        Assert.Equal(Errno.None, steering.Join(5, [SharedPort.Of(sockets[5])]));
        Assert.Equal(before, flows.Owners(sockets));
    });

    /// <summary>
    /// Workers with two sockets on one address. Both close together, so their order in the group is unknown after the first
    /// replacement.
    /// </summary>
    [Theory]
    [InlineData("127.0.0.1", 3)]
    [InlineData("::1", 3)]
    [InlineData("127.0.0.1", 12)]
    public void Join_BothSocketsOfAWorkerClose_NothingReachesAStartingOrLeavingWorker(string address, int workers) =>
        OwnNetwork.Run(() =>
    {
        using var port = new SharedPort(address, isStream: false);
        var sockets = Enumerable.Range(0, workers).Select(_ => port.Open(2)).ToArray();
        using var steering = port.Steer(SteeringKind.Classic, Balance.Default, workers);
        for (var slot = 0; slot < workers; slot++)
            Assert.Equal(Errno.None, steering.Join(slot, [.. sockets[slot].Select(SharedPort.Of)]));
        using var flows = new ClientFlows(port.Target, 150);
        for (var step = 0; step < 4 * workers; step++)
        {
            var (slot, former, next) = (step % workers, sockets[step % workers], port.Open(2));
            _ = flows.Owners([.. sockets.SelectMany(pair => pair)]); // none of them reaches the one that starts
            sockets[slot] = next;
            Assert.Equal(Errno.None, steering.Join(slot, [.. next.Select(SharedPort.Of)]));
            // By chance, a few of many sockets may get no flow.
            Assert.InRange(
                flows.Owners([.. sockets.SelectMany(pair => pair)]).Distinct().Count(), 2 * workers - workers / 3, 2 * workers);
            steering.Expect(former.Select(socket => SharedPort.Of(socket).Inode));
            former[step % 3 == 0 ? 1 : 0].Dispose();
            _ = flows.Owners([.. sockets.SelectMany(pair => pair)]); // nor one that is about to close
            former[step % 3 == 0 ? 0 : 1].Dispose();
            Assert.Equal(Errno.None, steering.Refresh(SockDiag.Serving()));
        }
    });

    [Fact]
    public void KernelsHash_OneOfEightCloses_FlowsOfOthersMove() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort("127.0.0.1", isStream: false);
        var sockets = port.Open(Workers);
        using var flows = new ClientFlows(port.Target, Flows);
        var before = flows.Owners(sockets);
        sockets[3].Dispose();
        var after = flows.Owners(sockets);
        Assert.InRange(Enumerable.Range(0, Flows).Count(flow => before[flow] != 3 && before[flow] != after[flow]), 100, 1000);
    });

    [Fact]
    public void Join_ProcessEndsByItself_OnlyItsFlowsMove() => OwnNetwork.Run(() =>
    {
        Need.Program();
        using var port = new SharedPort("127.0.0.1", isStream: false);
        var sockets = port.Open(Workers);
        using var steering = port.Steer(SteeringKind.Program, Balance.Default, Workers);
        SharedPort.JoinAll(steering, sockets);
        using var flows = new ClientFlows(port.Target, Flows);
        var before = flows.Owners(sockets);

        sockets[3].Dispose(); // without a report to the steering
        var after = flows.Owners(sockets);
        Assert.DoesNotContain(3, after);
        Assert.All(Enumerable.Range(0, Flows).Where(flow => before[flow] != 3), flow => Assert.Equal(before[flow], after[flow]));
        Assert.Equal(
            2ul * Flows, Enumerable.Range(0, Workers).Aggregate(0ul, (sum, slot) => sum + steering.CountsOf(slot)!.Value.Given));
    });

    [Fact]
    public void Join_RoundRobinAskedFor_DatagramsAreSpreadEvenly() => OwnNetwork.Run(() =>
    {
        Need.Program();
        using var port = new SharedPort("127.0.0.1", isStream: false);
        var sockets = port.Open(4);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, sockets);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var number = 0; number < 40; number++) client.SendTo([1], port.Target);
        Assert.Equal([10, 10, 10, 10], sockets.Select(socket => SharedPort.Read(socket).Count));
    });

    [Fact]
    public void Leave_QueueOfDatagrams_IsReportedUntilTheOldProcessHasReadIt() => OwnNetwork.Run(() =>
    {
        Need.Program();
        using var port = new SharedPort("127.0.0.1", isStream: false);
        var sockets = port.Open(2);
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, sockets);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var number = 0; number < 20; number++) client.SendTo([1], port.Target);

        Assert.Equal(Errno.None, steering.Leave(0));
        client.SendTo([1], port.Target);
        using var diag = new SockDiag();
        long Waiting() => AcceptQueues.Sample(diag, datagrams: true, out _)[SharedPort.Of(sockets[0]).Inode].Waiting;
        Assert.InRange(Waiting(), 10 * 256, 10 * 4096);
        Assert.Equal(10, SharedPort.Read(sockets[0]).Count);
        Assert.Equal(0, Waiting());
        Assert.Equal(Errno.NotSupported, steering.Rescue(0, out _));
    });
}
