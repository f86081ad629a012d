using Reuseportd.Linux.Processes;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// The children of the daemon that are no workers, by whom they come from as their environment tells. That is read once for
/// all hunts of a round: a crash of many workers at once makes many hunts and many orphans, and each hunt would read them all.
/// </summary>
internal sealed class Orphans
{
    private const string Unmarked = "";

    private readonly ProcessTable _table;
    private readonly Dictionary<int, ProcessEntry> _workers = [];
    private readonly HashSet<int> _running = [];
    private readonly ILookup<string, ProcessEntry> _byMarks;

    public Orphans(ProcessTable table, Func<int, bool> isWorker)
    {
        _table = table;
        var orphans = new List<ProcessEntry>();
        foreach (var child in table.ChildrenOf(Environment.ProcessId))
        {
            if (isWorker(child.Pid)) _workers.Add(child.Pid, child);
            else orphans.Add(child);
            if (!child.IsZombie) _running.Add(child.Pid);
        }

        _byMarks = orphans.ToLookup(orphan => Marks.In(ProcessEnvironment.Read(orphan.Pid)) ?? Unmarked);
    }

    /// <summary>
    /// Whether the table shows that child of the daemon running. One that ended before, or came later, may have forked another.
    /// </summary>
    public bool HasSeen(int pid) => _running.Contains(pid);

    /// <summary>
    /// The part of the table that a hunt has to look at: its worker, its orphans and those of nobody, and what is below.
    /// </summary>
    public ProcessTable Around(TreeRoot root)
    {
        List<ProcessEntry> part = [.. _byMarks[Marks.TextOf(root.Marks)], .. _byMarks[Unmarked]];
        if (_workers.TryGetValue(root.Pid, out var worker)) part.Add(worker);
        for (var at = 0; at < part.Count; at++) part.AddRange(_table.ChildrenOf(part[at].Pid));
        return new ProcessTable(part);
    }
}
