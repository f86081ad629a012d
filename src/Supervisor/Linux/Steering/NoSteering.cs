using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>Leaves the choice to the kernel's hash. Only a rescue is possible: it takes a listener out of its group.</summary>
/// <param name="keepsQueues">See <see cref="SteeringMode"/>.</param>
internal sealed class NoSteering(GroupKey key, SockDiag? diag = null, bool keepsQueues = true) : IGroupSteering
{
    private readonly GroupMembers _members = new();
    private readonly Dictionary<int, int> _backlogs = [];

    public SteeringKind Kind => SteeringKind.None;

    public Errno Join(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart = true)
    {
        _ = Rejoin(slot);
        _members.Set(_members.Plan(slot, sockets, takesPart));
        return Errno.None;
    }

    public Errno Leave(int slot) => Errno.NotSupported;

    /// <summary>The rescued listeners of the slot listen again.</summary>
    public Errno Rejoin(int slot)
    {
        if (!_backlogs.Remove(slot, out var backlog) || _members.Find(slot) is not { } member) return Errno.None;
        var first = Errno.None;
        foreach (var socket in member.Sockets)
        {
            using var taken = socket.Take(out var errno);
            if (taken is not null) errno = taken.Listen(backlog);
            if (first == Errno.None) first = errno;
        }

        return first;
    }

    public Errno Refresh(IReadOnlyList<SocketRecord> listing) => Errno.None;

    public void Expect(IEnumerable<ulong> sockets)
    {
    }

    public void SetQueues(IReadOnlyDictionary<ulong, QueueLength> byInode)
    {
    }

    public IEnumerable<int> CountedSlots => [];

    public GivenCounts? CountsOf(int slot) => null;

    /// <summary>
    /// The listener stays out of the group until <see cref="Rejoin"/>, because the hash would still select it. ENOTSUP without
    /// <c>net.ipv4.tcp_migrate_req</c>: waiting connections would be reset.
    /// </summary>
    public Errno Rescue(int slot, out long waited)
    {
        waited = 0;
        if (!key.IsStream || !keepsQueues || !MigrationSetting.IsOn) return Errno.NotSupported;
        if (_members.Find(slot) is not { } member) return Errno.NotFound;
        var listing = SocketListing.Of(diag);
        var first = Errno.None;
        foreach (var socket in member.Sockets)
        {
            using var taken = socket.Take(out var errno);
            if (taken is not null) errno = Stop(slot, taken, listing, ref waited);
            if (first == Errno.None) first = errno;
        }

        return first;
    }

    public Errno Visit(int slot, int clientPort) => Errno.NotSupported;

    public Errno Detach() => Errno.None;

    public void Dispose()
    {
    }

    private Errno Stop(int slot, TakenSocket taken, List<SocketRecord> listing, ref long waited)
    {
        var record = listing.FirstOrDefault(socket => socket.Cookie == taken.Cookie);
        if (!record.IsStream) return Errno.NotFound;
        // The last member of a group has no other member to hand connections to.
        if (key.MembersIn(listing).Length < 2) return Errno.NotSupported;
        _backlogs[slot] = (int)Math.Min(record.WriteQueue, int.MaxValue);
        var errno = taken.StopListening();
        if (errno == Errno.None) waited += record.ReceiveQueue;
        return errno;
    }
}
