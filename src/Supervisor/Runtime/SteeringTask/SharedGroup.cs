using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// A reuseport group: its members with a share, and its stuck workers. The kernel has one group for each endpoint, whichever
/// services share it.
/// </summary>
/// <param name="service">
/// The service whose settings apply to the group: that of the first worker, while any worker of it is a member.
/// </param>
/// <param name="stored">Is told of each new service in the group.</param>
internal sealed class SharedGroup(
    GroupKey key, IGroupSteering steering, string service, Balance balance, StallSpec stall, StoredGroups stored) : IDisposable
{
    /// <summary>The bits of a worker's number that have its index within the service.</summary>
    private const int IndexBits = 16;

    private readonly List<string> _services = [];

    /// <summary>Continues with the numbers that an earlier daemon gave to workers.</summary>
    public void Continue(IEnumerable<string> services) => _services.AddRange(services);

    /// <summary>The group for a later daemon; null if no later daemon can continue with it.</summary>
    public InheritedGroup? Save() => Steering is ProgramSteering steering && steering.Save() is { } steered
        ? new InheritedGroup(steered, [.. _services])
        : null;

    public GroupKey Key { get; } = key;

    public IGroupSteering Steering { get; } = steering;

    public string Service { get; set; } = service;

    public Balance Balance { get; } = balance;

    /// <summary>The process that has each worker's share, by <see cref="SlotOf"/>.</summary>
    public Dictionary<int, PlacedProcess> Current { get; } = [];

    /// <summary>Stuck workers, with the time of each one's next trial.</summary>
    public Dictionary<int, StallState> Stuck { get; } = [];

    public StallJudge Judge { get; } = new(stall.After);

    public StallSpec Stall { get; } = stall;

    /// <summary>True if the queues of the group must be sampled.</summary>
    public bool IsWatched =>
        Balance == Balance.LeastQueue || (Key.IsStream && Stall.Action != StallAction.None && Current.Count > 1);

    /// <summary>The local port of the daemon's own connection to <see cref="VisitedSlot"/>; 0 for none.</summary>
    public int VisitorPort { get; set; }

    public int VisitedSlot { get; set; }

    /// <summary>The last error that was logged. Repetitions are not logged.</summary>
    public Errno LoggedError { get; set; } = Errno.None;

    /// <summary>
    /// The number of a worker in this group. A later daemon finds the number in the maps, and needs only the services to know the
    /// worker.
    /// </summary>
    public int SlotOf(WorkerName worker)
    {
        var service = _services.IndexOf(worker.Service);
        if (service < 0)
        {
            service = _services.Count;
            _services.Add(worker.Service);
            stored.Put(Save());
        }

        return service << IndexBits | worker.Index;
    }

    public int SlotOf(PlacedProcess process) => SlotOf(process.Placement.Worker);

    public bool IsCurrent(PlacedProcess process) => Current.GetValueOrDefault(SlotOf(process)) == process;

    /// <summary>Adds the connections given to each worker, if the steering program counts.</summary>
    public void AddCounts(Dictionary<WorkerName, GivenCounts> counts) => AddCounts(Steering, _services, counts);

    /// <param name="services">As of <see cref="InheritedGroup"/>.</param>
    public static void AddCounts(
        IGroupSteering steering, IReadOnlyList<string> services, Dictionary<WorkerName, GivenCounts> counts)
    {
        foreach (var slot in steering.CountedSlots)
        {
            // A process on trial has a negative number. The maps of a faulty daemon may name a service that it did not hand over.
            if (slot < 0 || slot >> IndexBits >= services.Count || steering.CountsOf(slot) is not { } more) continue;
            var worker = new WorkerName(services[slot >> IndexBits], slot & ((1 << IndexBits) - 1));
            counts[worker] = counts.GetValueOrDefault(worker) + more;
        }
    }

    /// <summary>
    /// Wakes every member with a connection of its own: nothing tells which member has inherited the queue of a closed listener.
    /// </summary>
    public void WakeMembers()
    {
        foreach (var slot in Current.Keys) SlotVisit.Begin(Steering, Key, slot, out _)?.Dispose();
    }

    public void Dispose() => Steering.Dispose();
}

/// <summary>The steerer's record of a process.</summary>
internal sealed class PlacedProcess(Placement placement)
{
    public Placement Placement { get; set; } = placement;

    /// <summary>The process's sockets, each with its group.</summary>
    public List<(SharedGroup Group, SocketRecord Socket)> Sockets { get; } = [];

    private bool _wasEmpty;

    /// <summary>Open connections at the last look; -1 before the first.</summary>
    public long Held { get; set; } = -1;

    /// <summary>
    /// True if no connection is open and no datagram waits. Two looks in a row must find none: between accept queue and file
    /// descriptor a connection is visible in neither.
    /// </summary>
    public bool IsEmpty { get; private set; }

    /// <summary>True if the process is to end with open connections.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Records that the kernel counts no connection. Its count is exact at each moment.</summary>
    public void RecordIdle() => IsEmpty = true;

    public void RecordLook(bool isEmpty) => (IsEmpty, _wasEmpty) = (isEmpty && _wasEmpty, isEmpty);

    public IEnumerable<SocketRecord> In(SharedGroup group) =>
        Sockets.Where(member => member.Group == group).Select(member => member.Socket);

    /// <summary>Moves the sockets of a group that was made anew.</summary>
    public void Move(SharedGroup from, SharedGroup to)
    {
        for (var at = 0; at < Sockets.Count; at++)
            if (Sockets[at].Group == from) Sockets[at] = (to, Sockets[at].Socket);
    }

    public IEnumerable<SharedGroup> Groups => Sockets.Select(member => member.Group).Distinct();

    public int[] Ports => [.. Sockets.Where(member => member.Socket.IsStream).Select(member => member.Socket.Port).Distinct()];

    public bool HasDatagrams => Sockets.Exists(member => !member.Socket.IsStream);

    /// <summary>Queued connections of TCP sockets, or queued bytes of UDP sockets.</summary>
    public long Waiting(IReadOnlyDictionary<ulong, QueueLength> queues, bool isStream) =>
        Sockets.Where(member => member.Socket.IsStream == isStream)
            .Sum(member => queues.GetValueOrDefault(member.Socket.Inode).Waiting);
}

/// <summary>A stuck worker that gets no new connections.</summary>
internal sealed class StallState(PlacedProcess process)
{
    public PlacedProcess Process { get; } = process;

    /// <summary>
    /// True if the queue was moved to other workers. Only new connections can then show whether the worker accepts.
    /// </summary>
    public bool IsRescued { get; set; }

    /// <summary>The time of the next trial.</summary>
    public TimeSpan NextTrial { get; set; }

    public int Trials { get; set; }

    /// <summary>The time at which the present trial began; null if none is in progress.</summary>
    public TimeSpan? TriedAt { get; set; }
}
