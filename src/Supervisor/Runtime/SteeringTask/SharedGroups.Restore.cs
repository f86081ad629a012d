using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.SteeringTask;

/// <content>
/// The groups of an earlier daemon. Until the end of the restore, its processes are served or withdrawn in any order, and a group
/// stays as it is.
/// </content>
internal sealed partial class SharedGroups
{
    /// <summary>Groups in which no process was served yet.</summary>
    private readonly Dictionary<GroupKey, InheritedGroup> _inherited =
        inherited.Groups.ToDictionary(group => group.Steered.Key);

    /// <summary>Processes that drain from the end of the restore on.</summary>
    private readonly List<(ulong Serial, bool IsWithAll)> _toDrain = [];
    private bool _isRestored;

    /// <summary>Continues the drain of a process that an earlier daemon has withdrawn.</summary>
    public void WithdrawAgain(Placement placement, IReadOnlyList<SocketRecord> listing, bool isWithAll, TimeSpan now)
    {
        var process = new PlacedProcess(placement);
        if (_placed.TryAdd(placement.Process, process))
        {
            foreach (var sockets in placement.SocketsIn(listing).GroupBy(socket => GroupKey.For(socket)))
            {
                if (mode.Kind != SteeringKind.Program) EndInherited(sockets.Key, [.. sockets.Select(placement.SharedSocketFor)]);
                var group = Find(placement, sockets.Key);
                foreach (var socket in sockets) process.Sockets.Add((group, socket));
                _changed.Add(group);
            }
        }

        // Whether others get the connections is known when all have been served.
        if (_isRestored) DrainAgain(placement.Process, isWithAll, now);
        else _toDrain.Add((placement.Process, isWithAll));
    }

    /// <summary>Ends the restore: no other process of an earlier daemon is served.</summary>
    public void EndRestore(TimeSpan now)
    {
        if (_isRestored) return;
        _isRestored = true;
        foreach (var key in _inherited.Keys.ToArray()) EndInherited(key, []);
        foreach (var group in _groups.Values.ToArray())
        {
            (group.Steering as ProgramSteering)?.Settle();
            RemoveIfEmpty(group);
        }

        foreach (var (serial, isWithAll) in _toDrain) DrainAgain(serial, isWithAll, now);
        _toDrain.Clear();
    }

    private void DrainAgain(ulong serial, bool isWithAll, TimeSpan now)
    {
        if (!Withdraw(serial, isWithAll, now)) mailbox.Post(new SteeringMessage.Drained(serial));
    }

    /// <summary>Ends the steering of an earlier daemon, if it has steered this group.</summary>
    /// <param name="members">Sockets of the group.</param>
    private void EndInherited(GroupKey key, IReadOnlyList<SharedSocket> members)
    {
        if (!_inherited.Remove(key, out var former)) return;
        using var ended = ProgramSteering.End(former.Steered, members);
        SharedGroup.AddCounts(ended, former.Services, _ended);
        _stored.Remove(key);
    }
}
