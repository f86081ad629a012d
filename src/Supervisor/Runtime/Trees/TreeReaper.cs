using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Serilog;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// Where there are no control groups: in rounds over the daemon's children, until nothing is left. Only the loop's thread uses
/// it: between the start of a worker and its entry in the table, any other thread would take it for a stranger.
/// </summary>
/// <param name="isOwn">Whether a child was started by the daemon and not yet reaped, and so is no leftover of a worker.</param>
/// <param name="isBusy">Whether processes wait to be started, which go first for a while.</param>
internal sealed class TreeReaper(Func<int, bool> isOwn, Func<bool> isBusy, FleetEvents events, ILogger log, Func<TimeSpan> clock) : ITreeReaper
{
    private const int QuickRounds = 100;
    private const int MostRounds = 200;

    /// <summary>Time that a process gets to go after SIGKILL before it is looked for again.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(5);

    /// <summary>The same for one that will not go, or goes on forking.</summary>
    private static readonly TimeSpan BetweenLateRounds = TimeSpan.FromMilliseconds(100);

    private readonly List<Hunt> _hunts = [];
    private TimeSpan _nextRound;
    private TimeSpan _overdue;
    private bool _strangerEnded;

    public void Kill(WorkerProcess process)
    {
        process.Handle.SendSignal(Signal.Kill);
        ProcessGroup.Kill(process.Handle.Pid);
        Begin(new Hunt(process, process.Tree(isReaped: false)));
    }

    public void Sweep(WorkerProcess process) => Begin(new Hunt(process, process.Tree(isReaped: true)));

    /// <summary>There is no such limit without groups.</summary>
    public long OomKills(WorkerProcess process) => 0;

    public void AdoptedEnded() => _strangerEnded = true;

    public TimeSpan? NextWait(TimeSpan now) =>
        _hunts.Count == 0 ? null : _nextRound > now ? _nextRound - now : TimeSpan.Zero;

    /// <summary>One round of all that is under way, if it is time for one.</summary>
    public void Pass(TimeSpan now)
    {
        if (_hunts.Count == 0 || now < (isBusy() ? _overdue : _nextRound)) return;
        _overdue = _nextRound = now + (_hunts.TrueForAll(hunt => hunt.Round >= QuickRounds) ? BetweenLateRounds : BetweenRounds);
        try
        {
            // What forks on is seen half by a look at /proc, and may be seen as nothing. Each parent that it leaves ends as a
            // stranger, though: only a round before which none has ended can say that nothing is left. What has ended and is not
            // reaped yet may be one.
            var isQuiet = !_strangerEnded && Subreaper.NextEnded() is null;
            _strangerEnded = false;
            // All that outlives a worker has been handed to the daemon: without strangers, nothing is left of those reaped.
            if (isQuiet && _hunts.TrueForAll(hunt => hunt.Root.IsReaped) && Subreaper.AdoptedProcesses(IsWorker).Count == 0) End([.. _hunts]);
            else Round(ProcessTable.Read(), isQuiet);
        }
        catch (IOException)
        {
            // No descriptor is left to read /proc with (EMFILE): the hunts wait until there is one.
        }
    }

    public void Finish() => AdoptedProcesses.End(IsWorker);

    private void Begin(Hunt hunt)
    {
        if (_hunts.Count == 0) _overdue = clock() + BetweenRounds;
        _hunts.Add(hunt);
        // Not in the turn that it came from: the replacement of the process goes first.
        _nextRound = clock();
    }

    private void Round(ProcessTable table, bool isQuiet)
    {
        var orphans = new Orphans(table, IsWorker);
        // Nor may one have ended, or come, while the table was read.
        isQuiet = isQuiet && Subreaper.AdoptedProcesses(IsWorker).TrueForAll(orphans.HasSeen);
        End([.. _hunts.FindAll(hunt =>
        {
            var left = TreeKill.Round(hunt.Root, orphans.Around(hunt.Root), IsWorker);
            // What forks on may be found only later.
            if (left > 0 && hunt.Root.IsReaped && !hunt.IsSaid)
            {
                log.SweptTree(hunt.Slot.Name, left);
                hunt.Process.Leaves(left);
            }

            hunt.IsSaid |= left > 0;
            if (++hunt.Round == MostRounds && left > 0) log.TreeSurvived(hunt.Slot.Name, left);
            return (left == 0 && isQuiet) || hunt.Round == MostRounds;
        })]);
    }

    private void End(HashSet<Hunt> ended)
    {
        _hunts.RemoveAll(ended.Contains);
        foreach (var hunt in ended)
            if (hunt.Root.IsReaped) events.Add(new FleetEvent.TreeEnded(hunt.Slot));
    }

    private bool IsWorker(int pid) => isOwn(pid);

    private sealed class Hunt(WorkerProcess process, TreeRoot root)
    {
        public WorkerProcess Process { get; } = process;

        /// <summary>That it was in then: trees are told of to no other.</summary>
        public WorkerSlot Slot { get; } = process.Slot;

        public TreeRoot Root { get; } = root;

        public int Round { get; set; }

        /// <summary>Whether anything was found, and so said.</summary>
        public bool IsSaid { get; set; }
    }
}
