using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Serilog;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// Where each process has a control group of its own: a worker that left nothing behind costs one rmdir(2), and the end of what
/// another left behind is heard of by the group's <c>cgroup.events</c>.
/// </summary>
/// <param name="isOwn">Whether a child was started by the daemon and not yet reaped, and so is no leftover of a worker.</param>
internal sealed class GroupReaper(
    Func<int, bool> isOwn, CgroupSubtree groups, Epoll epoll, ILogger log, Func<TimeSpan> clock) : ITreeReaper
{
    /// <summary>
    /// The highest bit in the tokens of the groups that are watched; clear, or not the highest, in those of others.
    /// </summary>
    private const ulong FirstToken = 1UL << 61;

    /// <summary>After this, what still lives cannot be killed, and is not waited for any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at a group that cannot be watched: no <c>cgroup.kill</c>, or no descriptor is left.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<ulong, Hunt> _hunts = [];
    private readonly DeadlineQueue<ulong> _due = new();
    private ulong _lastToken = FirstToken;

    public Action<WorkerSlot>? Ended { get; set; }

    /// <summary>Whether a token of the loop's epoll is one of its own.</summary>
    public static bool Knows(ulong token) => token / FirstToken == 1;

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
            Ended?.Invoke(process.Slot);
            return;
        }

        var left = groups.Count(group);
        if (left > 0) log.SweptTree(process.Slot.Name, left);
        process.Leaves(left);
        var hunt = new Hunt(process.Slot, group, clock() + Patience);
        _hunts.Add(++_lastToken, hunt);
        Look(_lastToken, hunt);
    }

    public long OomKills(WorkerProcess process) => process is { Group: { } group, HasMemoryLimit: true } ? groups.OomKills(group) : 0;

    public void Wake(ulong token)
    {
        if (_hunts.TryGetValue(token, out var hunt)) Look(token, hunt);
    }

    /// <summary>The groups tell what is left.</summary>
    public void AdoptedEnded() { }

    public TimeSpan? NextWait(TimeSpan now) => _due.NextWait(now);

    public void Pass(TimeSpan now, bool busy)
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
        var events = groups.Watch(group);
        if (events is null || epoll.Add(events, EpollEvents.Urgent, token) == Errno.None) return events;
        events.Dispose();
        return null;
    }

    private void End(ulong token, Hunt hunt)
    {
        Close(token, hunt);
        Ended?.Invoke(hunt.Slot);
    }

    private void Close(ulong token, Hunt hunt)
    {
        _hunts.Remove(token);
        if (hunt.Events is null) return;
        epoll.Remove(hunt.Events);
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
