using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// The daemon's children that are no workers, grouped by the marks in their environment. One read serves all cleanups of a round:
/// many workers that crash together cause many cleanups and many orphans.
/// </summary>
internal sealed class Orphans
{
    private const string Unmarked = "";

    private readonly ProcessTable _table;
    private readonly BareProcesses _bare;
    private readonly Dictionary<int, ProcessEntry> _workers = [];
    private readonly HashSet<int> _running = [];
    private readonly ILookup<string, ProcessEntry> _byMarks;

    public Orphans(ProcessTable table, Func<int, bool> isWorker, BareProcesses bare)
    {
        (_table, _bare) = (table, bare);
        var orphans = new List<ProcessEntry>();
        foreach (var child in table.ChildrenOf(Environment.ProcessId))
        {
            if (isWorker(child.Pid)) _workers.Add(child.Pid, child);
            else orphans.Add(child);
            if (!child.IsZombie) _running.Add(child.Pid);
        }

        _byMarks = orphans.ToLookup(MarksOf);
    }

    /// <summary>False if an orphan has no environment and may show marks later.</summary>
    public bool AreRead { get; private set; } = true;

    /// <summary>
    /// True if the table shows this child of the daemon running. Any other child may have forked a process that the table does
    /// not show.
    /// </summary>
    public bool WasRunning(int pid) => _running.Contains(pid);

    /// <summary>
    /// The part of the table that concerns a cleanup: the worker, its orphans, unmarked orphans, and their descendants.
    /// </summary>
    public ProcessTable Around(TreeRoot root)
    {
        List<ProcessEntry> part = [.. _byMarks[Marks.Join(root.Marks)], .. _byMarks[Unmarked]];
        if (_workers.TryGetValue(root.Pid, out var worker)) part.Add(worker);
        for (var at = 0; at < part.Count; at++) part.AddRange(_table.ChildrenOf(part[at].Pid));
        return new ProcessTable(part);
    }

    private string MarksOf(ProcessEntry orphan)
    {
        var environ = ProcessEnvironment.Read(orphan.Pid);
        if (environ is [] && !orphan.IsZombie) AreRead &= !_bare.MayChange(orphan);
        return Marks.Find(environ) ?? Unmarked;
    }
}
