using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// Ends process trees without control groups: in rounds over the daemon's children, until none is left. For a worker that an
/// earlier daemon started, the rounds go over all processes. Only the loop's thread uses it. Another thread would take a started
/// worker for an orphan until the worker is in the table.
/// </summary>
/// <param name="isOwn">True for a child that the daemon started and has not reaped yet, so that it is no orphan.</param>
/// <param name="isBusy">True if starts wait in the queue. They go ahead of rounds for a limited time.</param>
internal sealed class TreeReaper(
    Func<int, bool> isOwn, Func<bool> isBusy, FleetEvents events, ILogger log, Func<TimeSpan> clock) : ITreeReaper
{
    private const int QuickRounds = 100;
    private const int MostRounds = 200;

    /// <summary>Time that a process gets to end after SIGKILL before the next round.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(5);

    /// <summary>The same for processes that do not end, or that keep forking.</summary>
    private static readonly TimeSpan BetweenLateRounds = TimeSpan.FromMilliseconds(100);

    private readonly BareProcesses _bare = new();
    private readonly ForeignOrphans _foreign = new(pid => isOwn(pid));
    private readonly List<Cleanup> _cleanups = [];
    private TimeSpan _nextRound;
    private TimeSpan _overdue;
    private bool _orphanEnded;

    public void Kill(WorkerProcess process)
    {
        process.Handle.SendSignal(Signal.Kill);
        process.KillGroup();
        Begin(new Cleanup(process, process.Tree(isReaped: false)));
    }

    public void Sweep(WorkerProcess process) => Begin(new Cleanup(process, process.Tree(isReaped: true)));

    /// <summary>Without control groups there is no memory limit.</summary>
    public long OomKills(WorkerProcess process) => 0;

    public void AdoptedEnded() => _orphanEnded = true;

    public TimeSpan? NextWait(TimeSpan now) => _cleanups.Count == 0 ? null : Waits.Until(_nextRound, now);

    /// <summary>Runs one round over all cleanups if one is due.</summary>
    public void HandleDue(TimeSpan now)
    {
        if (_cleanups.Count == 0 || now < (isBusy() ? _overdue : _nextRound)) return;
        var areLate = _cleanups.TrueForAll(cleanup => cleanup.Round >= QuickRounds);
        _overdue = _nextRound = now + (areLate ? BetweenLateRounds : BetweenRounds);
        try
        {
            // A look at /proc can miss processes that keep forking. Each parent that exits becomes an ended orphan, though. So
            // only a round before which no orphan has ended proves that none is left. A child that has ended and is not reaped
            // yet may be such an orphan.
            var isQuiet = !_orphanEnded && Subreaper.NextEnded() is null;
            _orphanEnded = false;
            // The kernel hands all orphans to the daemon: without orphans, nothing is left of the reaped workers.
            var areReaped = isQuiet && _cleanups.TrueForAll(cleanup => cleanup.Root is { IsReaped: true, Foreign: null });
            if (areReaped && Subreaper.AdoptedProcesses(IsWorker).Count == 0) End([.. _cleanups]);
            else Round(isQuiet);
        }
        catch (IOException)
        {
            // No descriptor is left to read /proc with (EMFILE). The cleanups wait for the next round.
        }
    }

    public void Finish()
    {
        AdoptedProcesses.End(IsWorker);
        _cleanups.RemoveAll(cleanup => cleanup.Root.Foreign is null);
        try
        {
            for (var round = 0; round < MostRounds && _cleanups.Count > 0; round++) Round(isQuiet: true, BetweenRounds);
        }
        catch (IOException)
        {
            // No descriptor is left to read /proc with.
        }
    }

    private void Begin(Cleanup cleanup)
    {
        if (_cleanups.Count == 0) _overdue = clock() + BetweenRounds;
        _cleanups.Add(cleanup);
        // Not in the present turn: the replacement of the process goes first.
        _nextRound = clock();
    }

    /// <param name="patience">As of <see cref="TreeKill"/>; zero does not wait.</param>
    private void Round(bool isQuiet, TimeSpan patience = default)
    {
        var foreign = _cleanups.Select(cleanup => cleanup.Root.Foreign).OfType<ForeignRoot>().ToArray();
        _bare.BeginRound();
        if (foreign.Length > 0) _foreign.Begin(foreign);
        var table = ProcessTable.Read();
        if (foreign.Length > 0) _foreign.Take(table);
        var orphans = new Orphans(table, IsWorker, _bare);
        // An orphan that ended or appeared while the table was read also makes the round inconclusive.
        isQuiet = isQuiet && Subreaper.AdoptedProcesses(IsWorker).TrueForAll(orphans.WasRunning);
        End([.. _cleanups.FindAll(cleanup =>
        {
            var root = cleanup.Root;
            var part = root.Foreign is { } facts ? _foreign.Around(root, facts) : orphans.Around(root);
            Func<int, byte[]?> environ = root.Foreign is null ? ProcessEnvironment.Read : _foreign.Environ;
            var left = TreeKill.Round(root, part, IsWorker, environ, ref patience);
            // A later round may find processes that an earlier one missed.
            if (left > 0 && root.IsReaped && !cleanup.IsLogged)
            {
                log.SweptTree(cleanup.Slot.Name, left);
                cleanup.Process.RecordLeftBehind(left);
            }

            var isConclusive = root.Foreign is not null
                ? _foreign.IsConclusive(part, cleanup.Round < QuickRounds)
                : isQuiet && orphans.AreRead;
            cleanup.Note(left, part, isConclusive);
            if (cleanup.Round == MostRounds && left > 0) log.TreeSurvived(cleanup.Slot.Name, left);
            return (left == 0 && isConclusive) || cleanup.Round == MostRounds;
        })]);
    }

    private void End(HashSet<Cleanup> ended)
    {
        _cleanups.RemoveAll(ended.Contains);
        foreach (var cleanup in ended)
            if (cleanup.Root.IsReaped) events.Add(new FleetEvent.TreeEnded(cleanup.Slot));
    }

    private bool IsWorker(int pid) => isOwn(pid);

    private sealed class Cleanup(WorkerProcess process, TreeRoot root)
    {
        public WorkerProcess Process { get; } = process;

        /// <summary>
        /// The slot at the beginning of the cleanup. <see cref="FleetEvent.TreeEnded"/> goes to this slot even if the process
        /// changes slots.
        /// </summary>
        public WorkerSlot Slot { get; } = process.Slot;

        public TreeRoot Root { get; private set; } = root;

        public int Round { get; private set; }

        /// <summary>True after the log has reported the orphans.</summary>
        public bool IsLogged { get; private set; }

        /// <summary>Notes the result of a round.</summary>
        public void Note(int left, ProcessTable part, bool isConclusive)
        {
            Round++;
            IsLogged |= left > 0;
            if (Root.Foreign is { } foreign && isConclusive && !part.Entries.Any(entry => ProcessTree.IsNumberOf(Root, entry)))
                Root = Root with { Foreign = foreign with { HasNumber = false } };
        }
    }
}
