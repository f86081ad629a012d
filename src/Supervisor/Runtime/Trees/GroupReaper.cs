using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// Ends process trees if each process has its own control group. A worker without orphans costs one rmdir(2). For others,
/// <c>cgroup.events</c> reports the end of the last orphan.
/// </summary>
/// <param name="isOwn">True for a child that the daemon started and has not reaped yet, so that it is no orphan.</param>
internal sealed class GroupReaper(
    Func<int, bool> isOwn,
    CgroupSubtree groups,
    DescriptorTable descriptors,
    FleetEvents events,
    ILogger log,
    Func<TimeSpan> clock)
    : ITreeReaper, IDescriptorOwner
{
    /// <summary>After this time the remaining processes count as unkillable, and the daemon stops waiting for them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time between two looks at a group that cannot be watched: <c>cgroup.kill</c> is missing, or no descriptor is left.
    /// </summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<ulong, Cleanup> _cleanups = [];
    private readonly DeadlineQueue<ulong> _due = new();

    public void Kill(WorkerProcess process)
    {
        // The kernel may refuse to kill the group, so the worker's own process gets its own signal.
        process.Handle.SendSignal(Signal.Kill);
        if (process.Group is { } group) groups.Kill(group);
    }

    public void Sweep(WorkerProcess process)
    {
        if (process.Group is not { } group || groups.Remove(group) != Errno.Busy)
        {
            events.Add(new FleetEvent.TreeEnded(process.Slot));
            return;
        }

        var left = groups.Count(group);
        if (left > 0) log.SweptTree(process.Slot.Name, left);
        process.RecordLeftBehind(left);
        var cleanup = new Cleanup(process.Slot, group, clock() + Patience);
        var token = descriptors.NextToken();
        _cleanups.Add(token, cleanup);
        Look(token, cleanup);
    }

    public long OomKills(WorkerProcess process) =>
        process is { Group: { } group, HasMemoryLimit: true } ? groups.OomKills(group) : 0;

    public void Wake(ulong token)
    {
        if (_cleanups.TryGetValue(token, out var cleanup)) Look(token, cleanup);
    }

    /// <summary>Does nothing: the control groups report their orphans.</summary>
    public void AdoptedEnded() { }

    public TimeSpan? NextWait(TimeSpan now) => _due.NextWait(now);

    public void HandleDue(TimeSpan now)
    {
        while (_due.TryTake(now, out var token, out _))
            if (_cleanups.TryGetValue(token, out var cleanup)) Look(token, cleanup);
    }

    public void Finish()
    {
        foreach (var (token, cleanup) in _cleanups.ToArray())
        {
            groups.End(cleanup.Group, Patience);
            Close(token, cleanup);
        }

        // A process of root can leave its group. Zombies may also be left.
        AdoptedProcesses.End(isOwn);
    }

    /// <summary>Kills the processes in a group and checks whether the group is empty.</summary>
    private void Look(ulong token, Cleanup cleanup)
    {
        // Watch before the first look: a change in between then wakes the loop again.
        cleanup.Events ??= Watch(token, cleanup.Group);
        // ENOENT: the group is gone. After any other error some processes may still live.
        var killed = groups.Kill(cleanup.Group);
        var again = (killed != Errno.None && killed != Errno.NotFound) || cleanup.Events is null;
        if (cleanup.Events?.ReadPopulated() != true && groups.RemoveAll(cleanup.Group) != Errno.Busy)
        {
            End(token, cleanup);
            return;
        }

        var now = clock();
        if (now >= cleanup.Until)
        {
            log.TreeSurvived(cleanup.Slot.Name, groups.Count(cleanup.Group));
            End(token, cleanup);
        }
        else _due.Add(token, again ? now + BetweenLooks : cleanup.Until);
    }

    private CgroupEvents? Watch(ulong token, string group)
    {
        var changes = groups.Watch(group);
        if (changes is null || descriptors.Add(changes, EpollEvents.Urgent, token, this) == Errno.None) return changes;
        changes.Dispose();
        return null;
    }

    private void End(ulong token, Cleanup cleanup)
    {
        Close(token, cleanup);
        events.Add(new FleetEvent.TreeEnded(cleanup.Slot));
    }

    private void Close(ulong token, Cleanup cleanup)
    {
        _cleanups.Remove(token);
        if (cleanup.Events is null) return;
        descriptors.Remove(cleanup.Events, token);
        cleanup.Events.Dispose();
    }

    private sealed class Cleanup(WorkerSlot slot, string group, TimeSpan until)
    {
        public WorkerSlot Slot { get; } = slot;

        public string Group { get; } = group;

        public TimeSpan Until { get; } = until;

        /// <summary>Null while the group cannot be watched.</summary>
        public CgroupEvents? Events { get; set; }
    }
}
