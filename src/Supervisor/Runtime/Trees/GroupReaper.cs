using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// Where each process has a control group of its own: a worker that left nothing behind costs one rmdir(2), and the end of what
/// another left behind is heard of by the group's <c>cgroup.events</c>.
/// </summary>
/// <param name="isOwn">Whether a child was started by the daemon and not yet reaped, and so is no leftover of a worker.</param>
internal sealed class GroupReaper(
    Func<int, bool> isOwn, CgroupSubtree groups, DescriptorTable descriptors, FleetEvents events, ILogger log, Func<TimeSpan> clock)
    : ITreeReaper, IDescriptorOwner
{
    /// <summary>After this, what still lives cannot be killed, and is not waited for any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at a group that cannot be watched: no <c>cgroup.kill</c>, or no descriptor is left.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<ulong, Hunt> _hunts = [];
    private readonly DeadlineQueue<ulong> _due = new();

    public void Kill(WorkerProcess process)
    {
        // Its own process is not left to a group that the kernel may refuse to kill.
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
        process.Leaves(left);
        var hunt = new Hunt(process.Slot, group, clock() + Patience);
        var token = descriptors.NextToken();
        _hunts.Add(token, hunt);
        Look(token, hunt);
    }

    public long OomKills(WorkerProcess process) => process is { Group: { } group, HasMemoryLimit: true } ? groups.OomKills(group) : 0;

    public void Wake(ulong token)
    {
        if (_hunts.TryGetValue(token, out var hunt)) Look(token, hunt);
    }

    /// <summary>The groups tell what is left.</summary>
    public void AdoptedEnded() { }

    public TimeSpan? NextWait(TimeSpan now) => _due.NextWait(now);

    public void Pass(TimeSpan now)
    {
        while (_due.TryTake(now, out var token, out _))
            if (_hunts.TryGetValue(token, out var hunt)) Look(token, hunt);
    }

    public void Finish()
    {
        foreach (var (token, hunt) in _hunts.ToArray())
        {
            groups.End(hunt.Group, Patience);
            Close(token, hunt);
        }

        // What left its group, as root can, and the dead that were not waited for.
        AdoptedProcesses.End(isOwn);
    }

    /// <summary>Kills what is there, and sees whether that was all.</summary>
    private void Look(ulong token, Hunt hunt)
    {
        // Ahead of the first look at what is in it: a change in between wakes it again.
        hunt.Events ??= Watch(token, hunt.Group);
        // ENOENT: it is gone. Anything else, and nobody has been killed, or not all.
        var killed = groups.Kill(hunt.Group);
        var again = (killed != Errno.None && killed != Errno.NotFound) || hunt.Events is null;
        if (hunt.Events?.ReadPopulated() != true && groups.RemoveAll(hunt.Group) != Errno.Busy)
        {
            End(token, hunt);
            return;
        }

        var now = clock();
        if (now >= hunt.Until)
        {
            log.TreeSurvived(hunt.Slot.Name, groups.Count(hunt.Group));
            End(token, hunt);
        }
        else _due.Add(token, again ? now + BetweenLooks : hunt.Until);
    }

    private CgroupEvents? Watch(ulong token, string group)
    {
        var changes = groups.Watch(group);
        if (changes is null || descriptors.Add(changes, EpollEvents.Urgent, token, this) == Errno.None) return changes;
        changes.Dispose();
        return null;
    }

    private void End(ulong token, Hunt hunt)
    {
        Close(token, hunt);
        events.Add(new FleetEvent.TreeEnded(hunt.Slot));
    }

    private void Close(ulong token, Hunt hunt)
    {
        _hunts.Remove(token);
        if (hunt.Events is null) return;
        descriptors.Remove(hunt.Events, token);
        hunt.Events.Dispose();
    }

    private sealed class Hunt(WorkerSlot slot, string group, TimeSpan until)
    {
        public WorkerSlot Slot { get; } = slot;

        public string Group { get; } = group;

        public TimeSpan Until { get; } = until;

        /// <summary>Null while it cannot be watched.</summary>
        public CgroupEvents? Events { get; set; }
    }
}
