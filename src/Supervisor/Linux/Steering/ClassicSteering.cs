using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// Steers by a classic BPF program, which selects members of a group by index. The only privilege is the right to take the
/// workers' sockets. The program has no counters and cannot read queues, so <c>round_robin</c> and <c>least_queue</c> choose at
/// random.
/// Every change makes a new program. An outdated program is safe: an index past the end selects by the kernel's hash, and any
/// other index selects a member.
/// </summary>
/// <param name="order">Known order of the group's members.</param>
/// <param name="keepsQueues">See <see cref="SteeringMode"/>.</param>
internal sealed class ClassicSteering(
    GroupKey key, Balance balance, SockDiag? diag = null, GroupOrder? order = null, bool keepsQueues = true) : IGroupSteering
{
    /// <summary>Buckets that a program below 20 KiB can distinguish; older kernels allow that by default.</summary>
    private const int Buckets = 1024;

    private readonly GroupMembers _members = new();
    private readonly GroupOrder _order = order ?? new GroupOrder();
    private readonly FlowTable _flows = new(Buckets);
    private readonly HashSet<ulong> _closing = [];
    private bool _isAttached;
    private bool _isOver;

    public SteeringKind Kind => SteeringKind.Classic;

    /// <summary>For the steering that takes over the group.</summary>
    public GroupOrder Order => _order;

    public Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true)
    {
        if (_isOver) return Errno.InvalidArgument;
        // A socket that cannot be taken could later not be told from another program's.
        foreach (var socket in sockets)
        {
            using var taken = socket.Take(out var errno);
            if (taken is null) return errno;
        }

        var former = _members.Find(slot);
        _members.Set(_members.Plan(slot, sockets, takesPart));
        var failed = Refresh(SocketListing.Of(diag));
        if (failed != Errno.None) _members.Set(former ?? new GroupMembers.Member(slot, [], []));
        return failed;
    }

    public Errno Leave(int slot) => TakePart(slot, takesPart: false);

    public Errno Rejoin(int slot) => TakePart(slot, takesPart: true);

    public Errno Refresh(IReadOnlyList<SocketRecord> listing)
    {
        _order.Observe(key.MembersIn(listing));
        foreach (var member in _members.All) _order.Unite(member.Sockets.Select(socket => socket.Inode));
        _closing.IntersectWith(_order.Members);
        return _isOver ? Errno.None : Publish();
    }

    public void Expect(IEnumerable<ulong> sockets)
    {
        _closing.UnionWith(sockets);
        _closing.IntersectWith(_order.Members);
        if (!_isOver) _ = Publish();
    }

    public void SetQueues(IReadOnlyDictionary<ulong, QueueLength> byInode)
    {
    }

    public IEnumerable<int> CountedSlots => [];

    public GivenCounts? CountsOf(int slot) => null;

    /// <summary>ENOTSUP without <c>net.ipv4.tcp_migrate_req</c>: waiting connections would be reset.</summary>
    public Errno Rescue(int slot, out long waited)
    {
        waited = 0;
        if (!key.IsStream || !keepsQueues || !MigrationSetting.IsOn) return Errno.NotSupported;
        if (_members.Find(slot) is not { } member) return Errno.NotFound;
        var errno = Leave(slot);
        if (errno != Errno.None) return errno;
        var rescued = QueueRescue.Run(
            member, SocketListing.Of(diag), (ordinal, _) => Rejoined(member.Sockets[ordinal]), ref waited);
        errno = Publish();
        return rescued != Errno.None ? rescued : errno;
    }

    public Errno Visit(int slot, int clientPort) => Errno.NotSupported;

    public Errno Detach()
    {
        _isOver = true;
        return Release();
    }

    public void Dispose() => _ = Detach();

    private Errno TakePart(int slot, bool takesPart)
    {
        if (_members.Find(slot) is not { } member) return Errno.NotFound;
        member.TakesPart = takesPart;
        return Refresh(SocketListing.Of(diag));
    }

    private Errno Rejoined(SharedSocket socket)
    {
        _order.Rejoined(socket.Inode);
        return Errno.None;
    }

    private Errno Publish()
    {
        var indices = Indices();
        // No index selects only active sockets: the kernel's hash is better than a random choice.
        if (indices.Count == 0) return Release();

        using var taken = _members.TakeAny(out var errno);
        if (taken is null) return errno;
        errno = taken.Attach(key.BalanceFor(balance) == Balance.Hash
            ? ClassicProgram.Hash(ByBucket(indices))
            : ClassicProgram.Random([.. indices.Values]));
        _isAttached |= errno == Errno.None;
        // The former program uses indices that now belong to other sockets.
        if (errno != Errno.None) _ = Release();
        return errno;
    }

    /// <summary>
    /// Indices of the sockets of active slots, by place. The exact socket at an index may be unknown: then flows may change their
    /// worker, but no inactive socket gets traffic. So a group with only active sockets is steered whatever its order. A socket
    /// that joins later gets no traffic until its slot is active.
    /// </summary>
    private SortedDictionary<int, int> Indices()
    {
        var places = new Dictionary<ulong, int>();
        foreach (var member in _members.Active)
            for (var ordinal = 0; ordinal < member.Sockets.Count; ordinal++)
                places[member.Sockets[ordinal].Inode] = member.Places[ordinal];
        var active = places.Keys.ToHashSet();
        var heldBack = _order.Members.Count(member => !active.Contains(member));

        // When a socket closes, the kernel moves the last socket of the array. Until the daemon sees it, the former index of that
        // socket is past the end, and the kernel's hash is used. The hash must not select a socket that is held back, even if
        // that one closes a moment later.
        var leaving = heldBack > _closing.Count ? _closing.Count : Math.Max(0, _closing.Count - 1);
        var indices = _order.IndicesOf(active, leaving);
        if (indices.Count == 0) indices = _order.IndicesOf(active);
        return new SortedDictionary<int, int>(indices.ToDictionary(one => places[one.Value], one => one.Key));
    }

    private Errno Release()
    {
        if (!_isAttached) return Errno.None;
        using var taken = _members.TakeAny(out var errno);
        if (taken is null) return errno;
        errno = taken.Detach();
        _isAttached = errno != Errno.None && errno != Errno.NotFound;
        return errno;
    }

    private int[] ByBucket(SortedDictionary<int, int> indices)
    {
        for (var place = 0; place < _members.Places; place++)
        {
            if (indices.ContainsKey(place)) _flows.Add(place);
            else _flows.Remove(place);
        }

        var targets = new int[Buckets];
        for (var bucket = 0; bucket < targets.Length; bucket++) targets[bucket] = indices[_flows.Slots[bucket]];
        return targets;
    }
}
