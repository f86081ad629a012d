using System.Numerics;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// Steers by the program of Native/Steering/steer.bpf.c. Needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, and the right to take the
/// workers' sockets. Migrates connections of closing listeners independently of <c>net.ipv4.tcp_migrate_req</c>.
/// </summary>
internal sealed partial class ProgramSteering : IGroupSteering
{
    private const int LeastCapacity = 64;

    private readonly GroupKey _key;
    private readonly SockDiag? _diag;
    private readonly Balance _balance;
    private readonly GroupMembers _members = new();
    private readonly FlowTable _flows = new(SteeringMaps.Flows);
    private readonly Action? _changed;
    private SteeringProgram? _program;
    private int _capacity;
    private bool _isOver;

    /// <param name="workers">Expected number of slots; more may join.</param>
    /// <param name="diag">For <see cref="Rescue"/>.</param>
    /// <param name="changed">
    /// Called when <see cref="Save"/> has another result, before a socket moves or a descriptor is closed.
    /// </param>
    public ProgramSteering(GroupKey key, Balance balance, int workers, SockDiag? diag = null, Action? changed = null)
    {
        (_key, _balance, _diag, _changed) = (key, key.BalanceFor(balance), diag, changed);
        _capacity = CapacityFor(workers);
    }

    public SteeringKind Kind => SteeringKind.Program;

    public Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true)
    {
        if (_isOver) return Errno.InvalidArgument;
        if (sockets.Count == 0 && _program is null) return Errno.None;
        var member = _members.Plan(slot, sockets, takesPart, _inherited);
        var errno = Provide();
        if (errno == Errno.None) RecordOwners(member);
        for (var at = 0; at < sockets.Count && errno == Errno.None; at++) errno = Put(_program!, member.Places[at], sockets[at]);
        var former = _members.Find(slot);
        if (errno != Errno.None)
        {
            Restore(former, member);
            return errno;
        }

        _members.Set(member);
        _inherited?.Claim(member.Places);
        IEnumerable<int> left = former is null ? [] : [.. former.Places, .. _inherited?.Drop(slot) ?? []];
        foreach (var place in left.Except(member.Places)) _ = _program!.Remove(place);
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

    public IEnumerable<int> CountedSlots => _program is null ? [] : _members.Slots;

    public GivenCounts? CountsOf(int slot)
    {
        if (_program is null) return new GivenCounts(0, 0);
        var sum = new GivenCounts(0, 0);
        for (var ordinal = 0; _members.FindPlace(slot, ordinal) is { } place; ordinal++) sum += CountsAt(place);
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
        using (var taken = _members.TakeAny(out var errno))
        {
            if (taken is not null) errno = taken.Detach();
            // The kernel frees the map some time later, and its sockets could be in no other map until then.
            RemoveAll(_program);
            if (_former is not null) RemoveAll(_former);
            return errno;
        }
    }

    public void Dispose()
    {
        _ = Detach();
        _former?.Dispose();
        _program?.Dispose();
        (_former, _program) = (null, null);
    }

    private static int CapacityFor(int places) =>
        Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(places, LeastCapacity)), SteeringMaps.MostSlots);

    private Errno TakePart(int slot, bool takesPart)
    {
        if (_members.Find(slot) is not { } member || _program is null) return Errno.NotFound;
        member.TakesPart = takesPart;
        _ = _inherited?.Drop(slot);
        Publish();
        return Errno.None;
    }

    private GivenCounts CountsAt(int place)
    {
        // A place may be assigned before a program with room for it is loaded.
        if (place >= _capacity) return default;
        ref var slot = ref _program!.Maps[place];
        return new GivenCounts(Volatile.Read(ref slot.Given), Volatile.Read(ref slot.Migrated));
    }
}
