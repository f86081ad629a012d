using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.SteeringTask;

namespace Decisions.Tests.Runtime;

public sealed class EndOrderTests
{
    private readonly EndOrder _ends = new();

    [Fact]
    public void TakeReady_QueueNotEmptyTwiceInARow_Waits()
    {
        var process = Process(1, Group(SteeringKind.Program, out _));
        _ends.Add(process);
        Assert.Empty(_ends.TakeReady());
        process.RecordLook(isEmpty: true);
        Assert.Empty(_ends.TakeReady());
        process.RecordLook(isEmpty: false);
        process.RecordLook(isEmpty: true);
        Assert.Empty(_ends.TakeReady());
        process.RecordLook(isEmpty: true);
        Assert.Equal([process], _ends.TakeReady());
        Assert.Empty(_ends.TakeReady());
    }

    [Fact]
    public void TakeReady_DrainTimeoutIsOver_EndsWithOpenConnections()
    {
        var process = Process(1, Group(SteeringKind.Program, out _));
        process.IsReleased = true;
        _ends.Add(process);
        Assert.Equal([process], _ends.TakeReady());
    }

    [Fact]
    public void TakeReady_SeveralOfAClassicGroup_EndOneAfterTheOther()
    {
        var group = Group(SteeringKind.Classic, out _);
        PlacedProcess[] processes = [.. Enumerable.Range(1, 3).Select(serial => Process((ulong)serial, group))];
        foreach (var process in processes) _ends.Add(Empty(process));
        foreach (var process in processes)
        {
            Assert.Equal([process], _ends.TakeReady());
            Assert.Empty(_ends.TakeReady());
            _ends.Remove(process);
        }

        Assert.Empty(_ends.TakeReady());
    }

    /// <summary>A process with a new connection must be empty twice again. The next process does not wait for it.</summary>
    [Fact]
    public void TakeReady_FirstHasAConnectionAgain_NextEnds()
    {
        var group = Group(SteeringKind.Classic, out _);
        var (one, two) = (Empty(Process(1, group)), Empty(Process(2, group)));
        _ends.Add(one);
        _ends.Add(two);
        one.RecordLook(isEmpty: false);
        Assert.Equal([two], _ends.TakeReady());
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 1)]
    public void TakeReady_SeveralAtOnce_CountDependsOnTheKindOfSteering(bool isByPlace, int expected)
    {
        var group = Group(isByPlace ? SteeringKind.Classic : SteeringKind.Program, out _);
        for (ulong serial = 1; serial <= 3; serial++) _ends.Add(Empty(Process(serial, group)));
        Assert.Equal(expected, _ends.TakeReady().Count);
    }

    private static PlacedProcess Empty(PlacedProcess process)
    {
        process.RecordLook(isEmpty: true);
        process.RecordLook(isEmpty: true);
        return process;
    }

    /// <summary>With one socket, whose inode is its serial number.</summary>
    private static PlacedProcess Process(ulong serial, SharedGroup group)
    {
        var placement = new Placement(
            serial, new WorkerName("web", (int)serial), (int)serial, PortFilter.Any, Balance.Default, 3, StallSpec.Default,
            Group: 0, new Dictionary<ulong, (int, int)>());
        var process = new PlacedProcess(placement);
        process.Sockets.Add((group, new SocketRecord(true, false, default, 80, serial, 0, 0, 0)));
        return process;
    }

    private static SharedGroup Group(SteeringKind kind, out Recorded steering)
    {
        steering = new Recorded(kind);
        return new SharedGroup(
            default, steering, "web", Balance.Default, StallSpec.Default, new StoredGroups(store: null, inherited: []));
    }

    /// <summary>Remembers the process whose end was reported last.</summary>
    private sealed class Recorded(SteeringKind kind) : IGroupSteering
    {
        public SteeringKind Kind => kind;

        public Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true) => Errno.None;

        public Errno Leave(int slot) => Errno.None;

        public Errno Rejoin(int slot) => Errno.None;

        public Errno Refresh(IReadOnlyList<SocketRecord> listing) => Errno.None;

        public void Expect(IEnumerable<ulong> sockets) { }

        public void SetQueues(IReadOnlyDictionary<ulong, QueueLength> byInode)
        {
        }

        public IEnumerable<int> CountedSlots => [];

        public GivenCounts? CountsOf(int slot) => null;

        public Errno Rescue(int slot, out long waited)
        {
            waited = 0;
            return Errno.NotSupported;
        }

        public Errno Visit(int slot, int clientPort) => Errno.NotSupported;

        public Errno Detach() => Errno.None;

        public void Dispose()
        {
        }
    }
}
