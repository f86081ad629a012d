using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>
/// A group whose daemon has crashed. The next daemon knows its key and its descriptors, and reads the rest from the maps.
/// </summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class InheritedSteeringTests
{
    private const int Workers = 6;
    private const int Flows = 300;

    public InheritedSteeringTests() => Need.Program();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::")]
    public void Join_StateIsOlderThanTheMaps_NoFlowMoves(string address) => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort(address, isStream: false);
        var sockets = port.Open(Workers);
        var former = CrashedSteering.Begin(port);
        Assert.Equal(Errno.None, former.Join(0, [SharedPort.Of(sockets[0])]));
        var saved = former.Save()!;
        // The order of arrival is not that of the numbers, and one process replaces another.
        foreach (var slot in Enumerable.Range(1, Workers - 1).Reverse())
            Assert.Equal(Errno.None, former.Join(slot, [SharedPort.Of(sockets[slot])]));
        var next = port.Open();
        Assert.Equal(Errno.None, former.Join(2, [SharedPort.Of(next)]));
        sockets[2].Dispose();
        sockets[2] = next;
        using var flows = new ClientFlows(port.Target, Flows);
        var before = flows.Owners(sockets);
        Assert.Equal(Workers, before.Distinct().Count());

        using var steering = CrashedSteering.Resume(saved);
        Assert.Equal(before, flows.Owners(sockets));
        for (var slot = 0; slot < Workers; slot++)
        {
            Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(sockets[slot])]));
            Assert.Equal(before, flows.Owners(sockets));
        }

        steering.Settle();
        Assert.Equal(before, flows.Owners(sockets));
        sockets[4].Dispose();
        sockets[4] = port.Open();
        Assert.Equal(Errno.None, steering.Join(4, [SharedPort.Of(sockets[4])]));
        Assert.Equal(before, flows.Owners(sockets));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Join_WorkerHasClosedOneOfTwoSockets_TheOtherKeepsItsFlows(int closed) => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort(isStream: false);
        var pairs = Enumerable.Range(0, Workers).Select(_ => port.Open(2)).ToArray();
        var former = CrashedSteering.Begin(port);
        for (var slot = 0; slot < Workers; slot++)
            Assert.Equal(Errno.None, former.Join(slot, [.. pairs[slot].Select(SharedPort.Of)]));
        Socket[] sockets = [.. pairs.SelectMany(pair => pair)];
        using var flows = new ClientFlows(port.Target, Flows);
        pairs[3][closed].Dispose();
        var before = flows.Owners(sockets);

        using var steering = CrashedSteering.Resume(former.Save()!);
        foreach (var slot in Enumerable.Range(0, Workers).Reverse())
            Assert.Equal(Errno.None, steering.Join(slot, [.. pairs[slot].Where(IsOpen).Select(SharedPort.Of)]));
        Assert.Equal(before, flows.Owners(sockets));
        steering.Settle();
        Assert.Equal(before, flows.Owners(sockets));
        Assert.Equal(Errno.None, steering.Leave(3));
        Assert.DoesNotContain(2 * 3 + 1 - closed, flows.Owners(sockets));
    });

    /// <summary>The kernel removes the sockets of the dead process. Nothing waits for its slot.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Settle_WorkerDiedBeforeTheRestore_TheOthersShareItsFlows(bool beforeResume) => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort(isStream: false);
        var sockets = port.Open(Workers);
        var former = CrashedSteering.Begin(port);
        SharedPort.JoinAll(former, sockets);
        using var flows = new ClientFlows(port.Target, Flows);
        var before = flows.Owners(sockets);

        if (beforeResume) sockets[1].Dispose();
        using var steering = CrashedSteering.Resume(former.Save()!);
        if (!beforeResume) sockets[1].Dispose();
        foreach (var slot in Enumerable.Range(0, Workers).Where(slot => slot != 1))
            Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(sockets[slot])]));
        steering.Settle();
        AssertMoved(before, flows.Owners(sockets), left: 1);
        Assert.Equal(Errno.None, steering.Leave(2));
        Assert.DoesNotContain(2, flows.Owners(sockets));
        Assert.Equal(Errno.None, steering.Rejoin(2));

        // The slot has its place still, and its next process gets the flows.
        sockets[1] = port.Open();
        Assert.Equal(Errno.None, steering.Join(1, [SharedPort.Of(sockets[1])]));
        Assert.Equal(before, flows.Owners(sockets));
    });

    /// <summary>A process whose socket is open, and which no daemon knows any more.</summary>
    [Fact]
    public void Settle_SocketOfNoSlot_GetsNothingMore() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort(isStream: false);
        var sockets = port.Open(Workers);
        var former = CrashedSteering.Begin(port);
        SharedPort.JoinAll(former, sockets);
        using var flows = new ClientFlows(port.Target, Flows);
        var before = flows.Owners(sockets);

        using var steering = CrashedSteering.Resume(former.Save()!);
        foreach (var slot in Enumerable.Range(0, Workers).Where(slot => slot != 1))
            Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(sockets[slot])]));
        Assert.Equal(before, flows.Owners(sockets));
        steering.Settle();
        AssertMoved(before, flows.Owners(sockets), left: 1);
    });

    [Fact]
    public void Join_SlotThatHadLeft_GetsNothingUntilItsNextProcessJoins() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        var former = CrashedSteering.Begin(port);
        SharedPort.JoinAll(former, listeners);
        Assert.Equal(Errno.None, former.Leave(2));
        // Of another process, which is probed and has no share yet.
        var next = port.Open();
        Assert.Equal(Errno.None, former.Join(-1 - 2, [SharedPort.Of(next)], takesPart: false));

        using var steering = CrashedSteering.Resume(former.Save()!);
        foreach (var slot in new[] { 3, 0, 1 }) Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(listeners[slot])]));
        steering.Settle();
        Assert.Equal([10, 10, 0, 10, 0], Given([.. listeners, next], port.Connect(30)));
        Assert.Equal(Errno.None, steering.Join(2, [SharedPort.Of(next)]));
        Assert.Equal([10, 10, 0, 10, 10], Given([.. listeners, next], port.Connect(40)));
        Assert.Equal(10ul, steering.CountsOf(2)!.Value.Given);
    });

    /// <summary>Round robin goes on where it was, whatever the order of the slots.</summary>
    [Fact]
    public void Join_ConnectionsMeanwhile_AreSpreadEvenly() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(5);
        var former = CrashedSteering.Begin(port);
        SharedPort.JoinAll(former, listeners);
        var clients = port.Connect(7);
        using var steering = CrashedSteering.Resume(former.Save()!);
        foreach (var slot in new[] { 4, 0, 2, 3, 1 })
        {
            Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(listeners[slot])]));
            clients.AddRange(port.Connect(4));
        }

        steering.Settle();
        clients.AddRange(port.Connect(23));
        Assert.Equal([10, 10, 10, 10, 10], Given(listeners, clients));
        Assert.Equal([10ul, 10, 10, 10, 10], Enumerable.Range(0, 5).Select(slot => steering.CountsOf(slot)!.Value.Given));
    });

    private static bool IsOpen(Socket socket) => !socket.SafeHandle.IsClosed;

    private static void AssertMoved(int[] before, int[] after, int left)
    {
        Assert.DoesNotContain(left, after);
        var others = Enumerable.Range(0, before.Length).ToLookup(flow => before[flow] != left);
        Assert.All(others[true], flow => Assert.Equal(before[flow], after[flow]));
        Assert.True(others[false].Select(flow => after[flow]).Distinct().Count() > 1);
    }

    private static int[] Given(IReadOnlyList<Socket> listeners, List<Socket> clients)
    {
        Assert.NotEmpty(clients);
        return [.. listeners.Select(SharedPort.Drain)];
    }
}
