using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Routes single connections of the daemon to a certain process, for probes. A starting process has no share yet, so no other
/// connection would reach it. Until it gets its share, it is a member of its groups under a number that no worker has.
/// </summary>
internal sealed class ProbeRoutes
{
    private readonly Dictionary<ulong, (WorkerName Worker, List<SharedGroup> Groups)> _unplaced = [];

    /// <summary>Routes connections from the client's port to this process.</summary>
    /// <param name="placed">Null if the process has no share yet.</param>
    /// <param name="find">Finds the group of an endpoint.</param>
    public void Visit(
        SteeringRequest.Visit visit,
        PlacedProcess? placed,
        Func<IReadOnlyList<SocketRecord>> listing,
        Func<GroupKey, SharedGroup> find)
    {
        foreach (var group in placed?.Groups ?? Admit(visit.Placement, listing, find))
        {
            var slot = placed is null ? SlotOf(visit.Placement.Worker, group) : group.SlotOf(placed);
            if (!group.Key.IsStream || group.Key.Port != visit.Port) continue;
            if (group.Steering.Visit(slot, visit.ClientPort) != Errno.None) continue;
            (group.VisitorPort, group.VisitedSlot) = (visit.ClientPort, slot);
        }
    }

    /// <summary>Ends the route, unless another visit has replaced it.</summary>
    public static void End(IEnumerable<SharedGroup> groups, SteeringRequest.Visit visit)
    {
        foreach (var group in groups.Where(group => group.VisitorPort == visit.ClientPort && group.Key.Port == visit.Port))
        {
            group.VisitorPort = 0;
            _ = group.Steering.Visit(group.VisitedSlot, 0);
        }
    }

    /// <summary>Removes a process that gets its share or has ended.</summary>
    /// <returns>The groups of the process.</returns>
    public IReadOnlyList<SharedGroup> Leave(ulong process)
    {
        if (!_unplaced.Remove(process, out var entry)) return [];
        foreach (var group in entry.Groups) _ = group.Steering.Join(SlotOf(entry.Worker, group), []);
        return entry.Groups;
    }

    public bool HasMemberIn(SharedGroup group) => _unplaced.Values.Any(entry => entry.Groups.Contains(group));

    private static int SlotOf(WorkerName worker, SharedGroup group) => -1 - group.SlotOf(worker);

    private List<SharedGroup> Admit(
        Placement placement, Func<IReadOnlyList<SocketRecord>> listing, Func<GroupKey, SharedGroup> find)
    {
        var isKnown = _unplaced.TryGetValue(placement.Process, out var known);
        if (isKnown && known.Groups.TrueForAll(group => find(group.Key) == group)) return known.Groups;
        List<SharedGroup> groups = [];
        // Probes are connections. A classic program would give a UDP socket its share as soon as the socket joined.
        var streams = placement.SocketsIn(listing()).Where(socket => socket.IsStream);
        foreach (var sockets in streams.GroupBy(socket => GroupKey.For(socket)))
        {
            var group = find(sockets.Key);
            // A classic program cannot route single connections, so the process must be a full member to be reached.
            var takesPart = group.Steering.Kind == SteeringKind.Classic;
            SharedSocket[] shared = [.. sockets.Select(placement.SharedSocketFor)];
            if (group.Steering.Join(SlotOf(placement.Worker, group), shared, takesPart) == Errno.None) groups.Add(group);
        }

        // A process that does not listen yet is looked at again at the next visit.
        if (groups.Count > 0) _unplaced[placement.Process] = (placement.Worker, groups);
        return groups;
    }
}
