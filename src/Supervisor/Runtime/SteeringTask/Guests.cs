using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Has single connections of the daemon's own reach a certain process, to ask it whether it serves: one that starts has no share
/// yet, and would otherwise be reached by nobody. It is a guest of its groups until it takes its share, under a number that no
/// worker has.
/// </summary>
internal sealed class Guests
{
    private readonly Dictionary<ulong, (WorkerName Worker, List<SharedGroup> Groups)> _guests = [];

    /// <summary>From here on the visitor's port leads to this process.</summary>
    /// <param name="placed">Null where it has no share.</param>
    /// <param name="find">The group of an endpoint.</param>
    public void Visit(SteeringRequest.Visit visit, PlacedProcess? placed, Func<IReadOnlyList<SocketRecord>> listing, Func<GroupKey, SharedGroup> find)
    {
        foreach (var group in placed?.Groups ?? Admit(visit.Placement, listing, find))
        {
            var slot = placed is null ? SlotOf(visit.Placement.Worker, group) : group.SlotOf(placed);
            if (!group.Key.IsStream || group.Key.Port != visit.Port || group.Steering.Visit(slot, visit.ClientPort) != Errno.None) continue;
            (group.VisitorPort, group.VisitedSlot) = (visit.ClientPort, slot);
        }
    }

    /// <summary>Unless another has come meanwhile.</summary>
    public static void End(IEnumerable<SharedGroup> groups, SteeringRequest.Visit visit)
    {
        foreach (var group in groups.Where(group => group.VisitorPort == visit.ClientPort && group.Key.Port == visit.Port))
        {
            group.VisitorPort = 0;
            _ = group.Steering.Visit(group.VisitedSlot, 0);
        }
    }

    /// <summary>It takes its share now, or has ended.</summary>
    /// <returns>The groups that it was in.</returns>
    public IReadOnlyList<SharedGroup> Leave(ulong process)
    {
        if (!_guests.Remove(process, out var guest)) return [];
        foreach (var group in guest.Groups) _ = group.Steering.Join(SlotOf(guest.Worker, group), []);
        return guest.Groups;
    }

    public bool AreIn(SharedGroup group) => _guests.Values.Any(guest => guest.Groups.Contains(group));

    private static int SlotOf(WorkerName worker, SharedGroup group) => -1 - group.SlotOf(worker);

    private List<SharedGroup> Admit(Placement placement, Func<IReadOnlyList<SocketRecord>> listing, Func<GroupKey, SharedGroup> find)
    {
        if (_guests.TryGetValue(placement.Process, out var known) && known.Groups.TrueForAll(group => find(group.Key) == group)) return known.Groups;
        List<SharedGroup> groups = [];
        // Probes are connections. A UDP socket that joined here would get its share from a classic program, before it serves.
        foreach (var sockets in placement.Own(listing()).Where(socket => socket.IsStream).GroupBy(socket => GroupKey.Of(socket)))
        {
            var group = find(sockets.Key);
            // A classic program cannot be told who a visitor is for: what it does not give to is out of reach.
            var takesPart = group.Steering.Kind == SteeringKind.Classic;
            if (group.Steering.Join(SlotOf(placement.Worker, group), [.. sockets.Select(socket => placement.Share(socket.Inode))], takesPart) == Errno.None) groups.Add(group);
        }

        // One that does not listen yet is looked at again.
        if (groups.Count > 0) _guests[placement.Process] = (placement.Worker, groups);
        return groups;
    }
}
