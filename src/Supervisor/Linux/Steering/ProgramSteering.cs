using System.Numerics;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// Steers by the program of Native/Steering/steer.bpf.c. Needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, and the right to take the
/// workers' sockets. Migrates connections of closing listeners independently of <c>net.ipv4.tcp_migrate_req</c>.
/// </summary>
internal sealed class ProgramSteering : IGroupSteering
{
    private const int LeastCapacity = 64;

    private readonly GroupKey _key;
    private readonly SockDiag? _diag;
    private readonly Balance _balance;
    private readonly GroupMembers _members = new();
    private readonly FlowTable _flows = new(SteeringMaps.Flows);
    private readonly HashSet<int> _inherited = [];
    private SteeringProgram? _program;

    /// <summary>
    /// Places that an earlier program of this process had given connections to, and whose sockets have not joined yet. Until then
    /// the maps stay as they are.
    /// </summary>
    private HashSet<int>? _awaited;
    private int _capacity;
    private bool _isOver;

    /// <param name="workers">Expected number of slots; more may join.</param>
    /// <param name="diag">For <see cref="Rescue"/>.</param>
    public ProgramSteering(GroupKey key, Balance balance, int workers, SockDiag? diag = null)
    {
        (_key, _balance, _diag) = (key, key.BalanceFor(balance), diag);
        _capacity = CapacityFor(workers);
    }

    /// <summary>Continues with the program and the places of an earlier program of this process.</summary>
    public ProgramSteering(SteeredGroup inherited, Balance balance, SockDiag? diag)
        : this(inherited.Key, balance, workers: 0, diag)
    {
        _program = SteeringProgram.Resume(inherited.Numbers, inherited.Capacity, out _);
        if (_program is null) return;
        _capacity = inherited.Capacity;
        _members.Assign(inherited.Places);
        _inherited.UnionWith(inherited.Places.Select(one => one.Place));
        _awaited = [.. inherited.Active];
    }

    /// <summary>Null without a program.</summary>
    public SteeredGroup? Save() => _program is null || _isOver
        ? null
        : new SteeredGroup(
            _key, _capacity, _program.Numbers, _members.Assigned,
            [.. _members.Active.SelectMany(member => member.Places)]);

    public SteeringKind Kind => SteeringKind.Program;

    public Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true)
    {
        if (_isOver) return Errno.InvalidArgument;
        if (sockets.Count == 0 && _program is null) return Errno.None;
        var member = _members.Plan(slot, sockets, takesPart);
        var errno = Provide();
        for (var at = 0; at < sockets.Count && errno == Errno.None; at++) errno = Put(_program!, member.Places[at], sockets[at]);
        var former = _members.Find(slot);
        if (errno != Errno.None)
        {
            Restore(former, member.Places);
            return errno;
        }

        _members.Set(member);
        foreach (var place in (former?.Places ?? []).Except(member.Places)) _ = _program!.Remove(place);
        Publish();
        return Errno.None;
    }

    public Errno Leave(int slot) => TakePart(slot, takesPart: false);

    public Errno Rejoin(int slot) => TakePart(slot, takesPart: true);

    /// <summary>The kernel removes closed sockets from the map.</summary>
    public Errno Refresh(IReadOnlyList<SocketRecord> listing) => Errno.None;

    public void Expect(IEnumerable<ulong> sockets)
    {
    }

    public void SetQueues(IReadOnlyDictionary<ulong, QueueLength> byInode)
    {
        if (_program is null || _balance != Balance.LeastQueue) return;
        foreach (var member in _members.All)
            for (var ordinal = 0; ordinal < member.Sockets.Count; ordinal++)
                if (byInode.TryGetValue(member.Sockets[ordinal].Inode, out var queue))
                    Volatile.Write(ref _program.Maps[member.Places[ordinal]].Load, (ulong)queue.Waiting);
    }

    public GivenCounts? CountsOf(int slot)
    {
        if (_program is null) return new GivenCounts(0, 0);
        var sum = new GivenCounts(0, 0);
        for (var ordinal = 0; _members.FindPlace(slot, ordinal) is { } place; ordinal++) sum = Sum(sum, CountsAt(place));
        return sum;
    }

    public Errno Rescue(int slot, out long waited)
    {
        waited = 0;
        if (!_key.IsStream) return Errno.NotSupported;
        if (_members.Find(slot) is not { } member || _program is null) return Errno.NotFound;
        var errno = Leave(slot);
        if (errno != Errno.None) return errno;
        return QueueRescue.Run(
            member, SocketListing.Of(_diag), (ordinal, taken) => _program.Put(member.Places[ordinal], taken), ref waited);
    }

    public Errno Visit(int slot, int clientPort)
    {
        if (_program is null || _members.Find(slot) is not { Places: [var place, ..] }) return Errno.NotFound;
        _program.Maps.SetVisitor(clientPort, place);
        return Errno.None;
    }

    public Errno Detach()
    {
        if (_isOver || _program is null) return Errno.None;
        _isOver = true;
        // Even if the rest fails, the program chooses no member from now on.
        _program.Maps.SetActive([]);
        using var taken = _members.TakeAny(out var errno);
        return taken is null ? errno : taken.Detach();
    }

    public void Dispose()
    {
        _ = Detach();
        // The kernel frees the map some time later, and its sockets could be in no other map until then.
        for (var place = 0; place < _members.Places; place++) _ = _program?.Remove(place);
        _program?.Dispose();
        _program = null;
    }

    private static int CapacityFor(int places) =>
        Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(places, LeastCapacity)), SteeringMaps.MostSlots);

    private Errno TakePart(int slot, bool takesPart)
    {
        if (_members.Find(slot) is not { } member || _program is null) return Errno.NotFound;
        member.TakesPart = takesPart;
        Publish();
        return Errno.None;
    }

    private void Publish()
    {
        if (IsAwaiting()) return;
        ushort[] active = [.. _members.Active.SelectMany(member => member.Places).Select(place => (ushort)place)];
        foreach (var place in _members.All.SelectMany(member => member.Places).Except(active.Select(place => (int)place)))
            _flows.Remove(place);
        foreach (var place in active) _flows.Add(place);
        _program!.Maps.SetFlows(_flows.Slots);
        _program.Maps.SetActive(active);
    }

    private bool IsAwaiting()
    {
        if (_awaited is null) return false;
        // A member that leaves, or a new one, changes the group.
        var isChanged = _members.All.Any(member => !member.TakesPart || member.Places.Any(place => !_inherited.Contains(place)));
        _awaited.ExceptWith(_members.All.SelectMany(member => member.Places));
        if (isChanged || _awaited.Count == 0) _awaited = null;
        return _awaited is not null;
    }

    /// <summary>
    /// Puts a socket into the map, and attaches the program to its group: the group is new if all former sockets closed.
    /// </summary>
    private Errno Put(SteeringProgram program, int place, SharedSocket socket)
    {
        using var taken = socket.Take(out var errno);
        if (taken is null) return errno;
        errno = program.Put(place, taken);
        // The kernel also returns EBUSY for a socket that is already at this place.
        var isThere = _inherited.Contains(place) || _members.All.Any(member => member.PlaceOf(socket.Inode) == place);
        if (errno == Errno.Busy && isThere) errno = Errno.None;
        return errno != Errno.None ? errno : taken.Attach(program.Program);
    }

    /// <summary>Restores the former sockets; some places may have new sockets already.</summary>
    private void Restore(GroupMembers.Member? former, IReadOnlyList<int> touched)
    {
        foreach (var place in touched)
        {
            var at = former is null ? -1 : former.Places.ToList().IndexOf(place);
            if (_program is null || at >= 0 && Put(_program, place, former!.Sockets[at]) == Errno.None) continue;
            _ = _program.Remove(place);
        }
    }

    /// <summary>Loads a program with room for all places.</summary>
    private Errno Provide()
    {
        if (_program is not null && _members.Places <= _capacity) return Errno.None;
        var capacity = CapacityFor(Math.Max(_members.Places, _program is null ? _capacity : 2 * _capacity));
        var larger = SteeringProgram.Load(capacity, out var errno);
        if (larger is null) return errno;
        larger.Maps.SetBalance(_balance);
        if (_program is not null) Move(_program, larger);
        _program?.Dispose();
        (_program, _capacity) = (larger, capacity);
        return Errno.None;
    }

    /// <summary>
    /// Moves sockets between maps: a socket can be in one map only. The first moved socket attaches the new program to the group.
    /// </summary>
    private void Move(SteeringProgram from, SteeringProgram to)
    {
        to.Maps.SetFlows(_flows.Slots);
        to.Maps.SetActive([.. _members.Active.SelectMany(member => member.Places).Select(place => (ushort)place)]);
        foreach (var member in _members.All)
        {
            for (var ordinal = 0; ordinal < member.Sockets.Count; ordinal++)
            {
                var place = member.Places[ordinal];
                _ = from.Remove(place);
                // A socket that cannot be taken has closed, or is about to.
                _ = Put(to, place, member.Sockets[ordinal]);
            }
        }

        for (var place = 0; place < _capacity; place++) to.Maps[place] = from.Maps[place];
    }

    private GivenCounts CountsAt(int place)
    {
        // A place may be assigned before a program with room for it is loaded.
        if (place >= _capacity) return default;
        ref var slot = ref _program!.Maps[place];
        return new GivenCounts(Volatile.Read(ref slot.Given), Volatile.Read(ref slot.Migrated));
    }

    private static GivenCounts Sum(GivenCounts one, GivenCounts other) =>
        new(one.Given + other.Given, one.Migrated + other.Migrated);
}
