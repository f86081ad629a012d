using Reuseportd.Linux;
using Reuseportd.Model;
using Reuseportd.Observability;
using Serilog;

namespace Reuseportd.Runtime;

/// <summary>
/// Ends what workers leave behind, in rounds until nothing is left. Only the loop's thread uses it: between the start of a
/// worker and its entry in the table, any other thread would take it for a stranger.
/// </summary>
/// <param name="isOwn">Whether a child was started by the daemon and not yet reaped, and so is no leftover of a worker.</param>
internal sealed class TreeReaper(Func<int, bool> isOwn, ILogger log, Func<TimeSpan> clock)
{
    private const int MostRounds = 100;

    /// <summary>Time that a process gets to go after SIGKILL before it is looked for again.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(5);

    private readonly List<Hunt> _hunts = [];
    private TimeSpan _nextRound;

    /// <summary>Ends a process and all that came of it.</summary>
    public void Kill(WorkerProcess process)
    {
        process.Handle.SendSignal(Signal.Kill);
        ProcessGroup.Kill(process.Handle.Pid);
        Begin(new Hunt(process.Slot.Name, process.Tree(isReaped: false)));
    }

    /// <summary>Ends what a process that has been reaped left behind.</summary>
    public void Sweep(WorkerProcess process) => Begin(new Hunt(process.Slot.Name, process.Tree(isReaped: true)));

    public TimeSpan? NextWait(TimeSpan now) =>
        _hunts.Count == 0 ? null : _nextRound > now ? _nextRound - now : TimeSpan.Zero;

    /// <summary>One round of all that is under way, if it is time for one.</summary>
    public void Pass(TimeSpan now)
    {
        if (_hunts.Count == 0 || now < _nextRound) return;
        _nextRound = now + BetweenRounds;
        try
        {
            // All that outlives a worker has been handed to the daemon: without strangers, nothing is left of those reaped.
            if (_hunts.TrueForAll(hunt => hunt.Root.IsReaped) && Subreaper.Strangers(IsWorker).Count == 0) _hunts.Clear();
            else Round(ProcessTable.Read());
        }
        catch (IOException)
        {
            // No descriptor is left to read /proc with (EMFILE): the hunts wait until there is one.
        }
    }

    /// <summary>Ends, at the end of the daemon, all that it was handed; whose it was no longer matters.</summary>
    public void KillStrangers()
    {
        for (var round = 0; round < MostRounds; round++)
        {
            Subreaper.Reap(IsWorker);
            var strangers = Subreaper.Strangers(IsWorker);
            if (strangers.Count == 0) return;
            foreach (var pid in strangers)
            {
                using var stranger = Pidfd.Open(pid, out _);
                stranger?.SendSignal(Signal.Kill);
                stranger?.WaitForEnd(BetweenRounds);
            }
        }
    }

    private void Begin(Hunt hunt)
    {
        _hunts.Add(hunt);
        // Not in the turn that it came from: the replacement of the process goes first.
        _nextRound = clock();
    }

    private void Round(ProcessTable table)
    {
        var orphans = new Orphans(table, IsWorker);
        _hunts.RemoveAll(hunt =>
        {
            var left = TreeKill.Round(hunt.Root, orphans.Around(hunt.Root), IsWorker);
            if (hunt.Round == 0 && left > 0 && hunt.Root.IsReaped) log.SweptTree(hunt.Worker, left);
            if (left > 0 && ++hunt.Round == MostRounds) log.TreeSurvived(hunt.Worker, left);
            return left == 0 || hunt.Round == MostRounds;
        });
    }

    private bool IsWorker(int pid) => isOwn(pid);

    private sealed class Hunt(WorkerName worker, TreeRoot root)
    {
        public WorkerName Worker { get; } = worker;

        public TreeRoot Root { get; } = root;

        public int Round { get; set; }
    }
}
