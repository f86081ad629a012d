using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux;

/// <summary>
/// By a program of classic BPF, which knows the members of its group by index only. No privilege is needed but the right to take
/// the workers' sockets. There is neither a counter in it nor a length of a queue, so <c>round_robin</c> and <c>least_queue</c>
/// go by chance.
///
/// The program is made anew with every change. One that is late is safe: an index past the end goes to the kernel's hash, and any
/// other to a member.
/// </summary>
/// <param name="order">Of the group's members, as far as it has been followed.</param>
internal sealed class ClassicSteering(GroupKey key, Balance balance, SockDiag? diag = null, GroupOrder? order = null) : IGroupSteering
{
    /// <summary>As many as a program of less than 20 KiB can tell apart, which is what older kernels allow by default.</summary>
    private const int Buckets = 1024;

    private readonly GroupMembers _members = new();
    private readonly GroupOrder _order = order ?? new GroupOrder();
    private readonly FlowTable _flows = new(Buckets);
    private readonly HashSet<ulong> _closing = [];
    private bool _isAttached;
    private bool _isOver;

    public SteeringKind Kind => SteeringKind.Classic;

    /// <summary>For who takes the group over.</summary>
    public GroupOrder Order => _order;

    public Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true)
    {
        if (_isOver) return Errno.InvalidArgument;
        // Whoever cannot be taken could not be told from a stranger later on.
        foreach (var socket in sockets)
        {
            using var taken = socket.Take(out var errno);
            if (taken is null) return errno;
        }

        var former = _members.Find(slot);
        _members.Set(_members.Plan(slot, sockets, takesPart));
        var failed = Refresh(Listing.Of(diag));
        if (failed != Errno.None) _members.Set(former ?? new GroupMembers.Member(slot, [], []));
        return failed;
    }

    public Errno Leave(int slot) => TakePart(slot, takesPart: false);

    public Errno Rejoin(int slot) => TakePart(slot, takesPart: true);

    public Errno Refresh(IReadOnlyList<SocketRecord> listing)
    {
        _order.Observe(key.MembersIn(listing));
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

    public SlotCounts? CountsOf(int slot) => null;

    /// <summary>ENOTSUP without <c>net.ipv4.tcp_migrate_req</c>: what waits would be reset.</summary>
    public Errno Rescue(int slot, out long waited)
    {
        waited = 0;
        if (!key.IsStream || !MigrationSetting.IsOn) return Errno.NotSupported;
        if (_members.Find(slot) is not { } member) return Errno.NotFound;
        var errno = Leave(slot);
        if (errno != Errno.None) return errno;
        var rescued = QueueRescue.Of(member, Listing.Of(diag), (ordinal, _) => Rejoined(member.Sockets[ordinal]), ref waited);
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
        return Refresh(Listing.Of(diag));
    }

    private Errno Rejoined(SharedSocket socket)
    {
        _order.Rejoined(socket.Inode);
        return Errno.None;
    }

    private Errno Publish()
    {
        // The last ones of the array are moved when others close. Until that has been seen their former index is past its end,
        // and what is sent there goes by the kernel's hash: to somebody who is held back, where there is one more.
        var heldBack = HeldBack();
        var settled = _closing.Count > 0 && heldBack.Count > _closing.Count ? Indices(leaving: _closing.Count) : [];
        var indices = settled.Count > 0 ? settled : Indices(leaving: 0);
        // Nobody takes part whose index is known: better the kernel's hash than a choice by chance. The same where nobody is held
        // back, and some would get nothing because it is not known where they stand.
        if (indices.Count == 0 || heldBack.Count == 0 && indices.Count < _order.Members.Count) return Release();

        using var taken = _members.TakeAny(out var errno);
        if (taken is null) return errno;
        errno = taken.Attach(key.BalanceFor(balance) == Balance.Hash
            ? ClassicProgram.Hash(ByBucket(indices))
            : ClassicProgram.Random([.. indices.Values]));
        _isAttached |= errno == Errno.None;
        // The one before knows places that are others' by now.
        if (errno != Errno.None) _ = Release();
        return errno;
    }

    /// <summary>Of those that take part, by place.</summary>
    private SortedDictionary<int, int> Indices(int leaving)
    {
        var indices = new SortedDictionary<int, int>();
        foreach (var member in _members.Active)
        {
            for (var ordinal = 0; ordinal < member.Sockets.Count; ordinal++)
            {
                var inode = member.Sockets[ordinal].Inode;
                if (_order.IsSettled(inode, leaving)) indices[member.Places[ordinal]] = _order.IndexOf(inode)!.Value;
            }
        }

        return indices;
    }

    /// <summary>Those of the group that are to get nothing.</summary>
    private HashSet<ulong> HeldBack()
    {
        var heldBack = new HashSet<ulong>(_order.Members);
        heldBack.ExceptWith(_members.Active.SelectMany(member => member.Sockets).Select(socket => socket.Inode));
        return heldBack;
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
