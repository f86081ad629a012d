using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// All groups of port sharding, and the processes that have a share of one, had one until they were to go, or are its guests.
/// Only the steerer's task uses it.
/// </summary>
/// <param name="wakes">
/// Whether the kernel wakes who takes over the queue of a listener that has closed; else it is done here.
/// </param>
/// <param name="diag">Null where nobody tells of queues.</param>
internal sealed class SharedGroups(SteeringMode mode, bool wakes, Mailbox mailbox, ILogger log, SockDiag? diag)
{
    private readonly Dictionary<ulong, PlacedProcess> _placed = [];
    private readonly Dictionary<GroupKey, SharedGroup> _groups = [];
    private readonly HashSet<SharedGroup> _changed = [];

    /// <summary>
    /// Services of which a process has ended that was in no group known here: it may have been in one all the same.
    /// </summary>
    private readonly HashSet<string> _unseen = [];
    private readonly Guests _guests = new();
    private readonly Departures _departures = new();
    private readonly DrainWatch _drains = new();
    private readonly StallWatch _stalls = new(mailbox, log);

    public IReadOnlyCollection<SharedGroup> All => _groups.Values;

    /// <summary>How long until queues are to be looked at; null where that is never.</summary>
    public TimeSpan? NextWait(TimeSpan now)
    {
        if (diag is null) return null;
        var (drain, stall) = (_drains.NextWait(now), _stalls.NextWait(_groups.Values, now));
        return stall is null || drain < stall ? drain : stall;
    }

    /// <summary>A process serves, or serves on more sockets: it has its worker's share from now on.</summary>
    public void Serve(Placement placement, IReadOnlyList<SocketRecord> listing)
    {
        _changed.UnionWith(_guests.Leave(placement.Process));
        if (!_placed.TryGetValue(placement.Process, out var process)) _placed.Add(placement.Process, process = new PlacedProcess(placement));
        process.Placement = placement;
        SharedGroup[] former = [.. process.Groups];
        process.Sockets.Clear();
        foreach (var sockets in placement.Own(listing).GroupBy(socket => GroupKey.Of(socket)))
        {
            var group = Find(placement, sockets.Key);
            foreach (var socket in sockets) process.Sockets.Add((group, socket));
            _stalls.Forget(group, group.SlotOf(process));
            Join(group, process);
            _changed.Add(group);
        }

        foreach (var group in former.Except(process.Groups)) Part(group, process);
    }

    /// <summary>A process is to get nothing new.</summary>
    /// <returns>Whether it is watched from now on; else there is nothing to wait for.</returns>
    public bool Withdraw(ulong serial, TimeSpan now)
    {
        if (!_placed.TryGetValue(serial, out var process)) return false;
        var goesOn = process.Sockets.Count == 0;
        foreach (var group in process.Groups) goesOn |= !TakeShare(group, process);
        // Where it goes on getting new connections it has never nothing left.
        if (goesOn || mode.Kind == SteeringKind.None || diag is null) return false;
        _drains.Add(process, now);
        _departures.Add(process);
        return true;
    }

    /// <summary>A process is to end whatever it has left.</summary>
    /// <returns>Whether it will be let go; else there is nothing to wait for.</returns>
    public bool Release(ulong serial)
    {
        if (!_placed.TryGetValue(serial, out var process)) return false;
        process.IsReleased = true;
        _departures.Add(process);
        return true;
    }

    /// <summary>A process is about to end.</summary>
    public void Expect(ulong serial)
    {
        if (!_placed.TryGetValue(serial, out var process)) return;
        foreach (var group in process.Groups) group.Steering.Expect(process.In(group).Select(socket => socket.Inode));
    }

    /// <summary>A process has ended.</summary>
    public void Remove(ulong serial, string service)
    {
        foreach (var group in _guests.Leave(serial)) Forget(group);
        if (!_placed.Remove(serial, out var process))
        {
            _unseen.Add(service);
            return;
        }

        _drains.Remove(process);
        _departures.Gone(process);
        foreach (var group in process.Groups) Part(group, process);
    }

    public void Visit(SteeringRequest.Visit visit, Func<IReadOnlyList<SocketRecord>> listing) =>
        _guests.Visit(visit, _placed.GetValueOrDefault(visit.Placement.Process), listing, key => Find(visit.Placement, key));

    public void EndVisit(SteeringRequest.Visit visit) => Guests.End(_groups.Values, visit);

    /// <summary>To be called when all that has come by now has been taken in.</summary>
    public void Settle()
    {
        if (_changed.Count > 0 && mode.Kind == SteeringKind.Classic)
        {
            var listing = Listing.Of(diag);
            foreach (var group in _changed) _ = group.Steering.Refresh(listing);
        }

        _changed.Clear();
        LetGo();
    }

    /// <summary>Looks at what drains, where it is time to.</summary>
    public void WatchDrains(TimeSpan now)
    {
        if (diag is null) return;
        foreach (var process in _drains.Pass(diag, now))
            mailbox.Post(new SteeringMessage.Holds(process.Placement.Process, (int)Math.Min(process.Held, int.MaxValue)));
        LetGo();
    }

    /// <summary>Looks at who is stuck, where it is time to.</summary>
    public void WatchStalls(TimeSpan now)
    {
        if (diag is not null) _stalls.Pass(diag, _groups.Values, now);
    }

    /// <summary>How much each worker was given; nothing where nobody counts.</summary>
    public IReadOnlyDictionary<WorkerName, SlotCounts> Counts()
    {
        var counts = new Dictionary<WorkerName, SlotCounts>();
        foreach (var group in _groups.Values)
        {
            foreach (var (slot, process) in group.Current)
            {
                if (group.Steering.CountsOf(slot) is not { } more) continue;
                var worker = process.Placement.Worker;
                var before = counts.GetValueOrDefault(worker);
                counts[worker] = new SlotCounts(before.Given + more.Given, before.Migrated + more.Migrated);
            }
        }

        return counts;
    }

    private void LetGo()
    {
        foreach (var process in _departures.Pass())
        {
            _drains.Remove(process);
            mailbox.Post(new SteeringMessage.Drained(process.Placement.Process));
        }
    }

    private SharedGroup Find(Placement placement, GroupKey key)
    {
        var service = placement.Worker.Service;
        var balance = key.BalanceFor(placement.Balance);
        _groups.TryGetValue(key, out var group);
        if (group is not null && group.Service != service && !group.Current.Values.Any(process => process.Placement.Worker.Service == group.Service))
            group.Service = service;
        if (group is not null && (group.Service != service || group.Balance == balance && group.Stall == placement.Stall)) return group;
        foreach (var slot in group?.Stuck.Keys.ToArray() ?? []) _stalls.Forget(group!, slot);
        group?.Dispose();
        var steering = mode.Steer(key, balance, placement.Workers, diag, group?.Steering, isFollowed: !_unseen.Remove(service));
        var renewed = new SharedGroup(key, steering, service, balance, placement.Stall);
        _groups[key] = renewed;
        if (group is null) return renewed;
        // By other rules: all that have a share keep it.
        _changed.Remove(group);
        foreach (var process in _placed.Values) process.Move(group, renewed);
        foreach (var process in group.Current.Values.Where(process => process.In(renewed).Any())) Join(renewed, process);
        return renewed;
    }

    /// <summary>
    /// Gives it its worker's share. Where that fails, who had it before loses it all the same, as it is about to go: the others
    /// get more then.
    /// </summary>
    private void Join(SharedGroup group, PlacedProcess process)
    {
        var (placement, slot) = (process.Placement, group.SlotOf(process));
        var errno = group.Steering.Join(slot, [.. process.In(group).Select(socket => placement.Share(socket.Inode))]);
        if (errno != Errno.None && group.Current.ContainsKey(slot) && !group.IsCurrent(process)) _ = group.Steering.Leave(slot);
        if (errno == Errno.NotFound && HasLeft(group, process)) errno = Errno.None;
        if (errno != Errno.None && errno != group.Said) log.NotSteered(placement.Worker, placement.Pid, group.Key.Port, errno);
        group.Said = errno;
        group.Current[slot] = process;
    }

    /// <summary>Whether it has ended, or closed its sockets, since they were listed: then there was nothing to steer.</summary>
    private bool HasLeft(SharedGroup group, PlacedProcess process)
    {
        var own = process.In(group).Select(socket => socket.Inode).ToHashSet();
        return !Listing.Of(diag).Exists(socket => own.Contains(socket.Inode));
    }

    /// <returns>Whether it is given nothing new from now on: not the last one.</returns>
    private bool TakeShare(SharedGroup group, PlacedProcess process)
    {
        var errno = Release(group, process);
        return group.Current.Count > 0 && errno == Errno.None;
    }

    /// <summary>A process has no socket in the group any more.</summary>
    private void Part(SharedGroup group, PlacedProcess process)
    {
        _changed.Add(group);
        _ = Release(group, process);
        if (group.Current.Count > 0 && !wakes) Wake(group);
        Forget(group);
    }

    /// <summary>Nobody has the worker's share, unless another of its processes has taken it over already.</summary>
    private Errno Release(SharedGroup group, PlacedProcess process)
    {
        if (!group.IsCurrent(process)) return Errno.None;
        var slot = group.SlotOf(process);
        group.Current.Remove(slot);
        _stalls.Forget(group, slot);
        return group.Steering.Leave(slot);
    }

    /// <summary>Which of them has taken over, nobody tells: each is visited.</summary>
    private static void Wake(SharedGroup group)
    {
        foreach (var slot in group.Current.Keys) SlotVisit.Begin(group.Steering, group.Key, slot, out _)?.Dispose();
    }

    /// <summary>Where nobody has a share any more: who still ends what it has goes by the kernel's hash.</summary>
    private void Forget(SharedGroup group)
    {
        if (group.Current.Count > 0 || _guests.AreIn(group)) return;
        // Those who still end what they have may leave unseen.
        if (_placed.Values.Any(process => process.Groups.Contains(group))) _unseen.Add(group.Service);
        if (_groups.GetValueOrDefault(group.Key) == group) _groups.Remove(group.Key);
        _changed.Remove(group);
        group.Dispose();
    }
}
