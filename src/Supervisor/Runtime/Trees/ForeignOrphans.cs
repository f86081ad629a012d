using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// Processes that may be orphans of workers that an earlier daemon started. The kernel gives such an orphan to the process that
/// has become the worker's parent, or to init. Session and group are compared for all processes. The environment is read for
/// children of these parents only: a machine may have thousands of processes, at 20 µs a read. Only the loop's thread uses it.
/// </summary>
internal sealed class ForeignOrphans(Func<int, bool> isWorker)
{
    private const string Unmarked = "";

    /// <summary>The marked children of each parent.</summary>
    private readonly Dictionary<int, ILookup<string, ProcessEntry>> _marked = [];

    private readonly BareProcesses _bare = new();
    private List<int> _listed = [];
    private ulong _since;
    private HashSet<(int Pid, ulong StartTime)> _zombies = [];
    private ProcessTable _table = new([]);
    private ILookup<int, ProcessEntry> _bySession = Enumerable.Empty<ProcessEntry>().ToLookup(entry => entry.Session);
    private ILookup<int, ProcessEntry> _byGroup = Enumerable.Empty<ProcessEntry>().ToLookup(entry => entry.Group);

    /// <summary>False if a child of these parents ended during the round.</summary>
    private bool _isWhole;

    /// <summary>
    /// False if a process did not let its environment be read in time, if it may still get one, or if the machine is busy.
    /// </summary>
    private bool _areRead;

    /// <summary>Begins a round. Call it before the table is read.</summary>
    /// <param name="roots">Of the trees of all cleanups; at least one.</param>
    public void Begin(IReadOnlyCollection<ForeignRoot> roots)
    {
        _bare.BeginRound();
        _since = roots.Min(root => root.StartTime);
        var parents = roots.Select(root => root.Parent).Append(ForeignRoot.Init).Distinct();
        _listed = [.. parents.SelectMany(ProcessDescendants.ChildrenOf)];
    }

    /// <summary>Takes the table of the round. One read serves all cleanups.</summary>
    public void Take(ProcessTable table)
    {
        _table = table;
        _bySession = table.Entries.ToLookup(entry => entry.Session);
        _byGroup = table.Entries.ToLookup(entry => entry.Group);
        _marked.Clear();
        var found = new Dictionary<int, ProcessEntry>(table.Entries.Count);
        foreach (var entry in table.Entries) found[entry.Pid] = entry;
        var zombies = new HashSet<(int, ulong)>();
        _isWhole = _areRead = true;
        foreach (var pid in _listed)
        {
            if (!found.TryGetValue(pid, out var entry)) _isWhole = false;
            else if (entry.IsZombie && zombies.Add((pid, entry.StartTime))) _isWhole &= _zombies.Contains((pid, entry.StartTime));
        }

        _zombies = zombies;
    }

    /// <summary>The part of the table that concerns a cleanup: the worker, its orphans, and their descendants.</summary>
    public ProcessTable Around(TreeRoot root, ForeignRoot foreign)
    {
        var part = new List<ProcessEntry>();
        var known = new HashSet<int>();
        Add(_bySession[root.Pid]);
        Add(_byGroup[root.Pid]);
        if (root.Marks.Count > 0)
        {
            Add(Marked(ForeignRoot.Init)[Marks.Join(root.Marks)]);
            Add(Marked(foreign.Parent)[Marks.Join(root.Marks)]);
        }

        for (var at = 0; at < part.Count; at++) Add(_table.ChildrenOf(part[at].Pid));
        return new ProcessTable(part);

        void Add(IEnumerable<ProcessEntry> entries) => part.AddRange(entries.Where(entry => known.Add(entry.Pid)));
    }

    /// <summary>
    /// False if a process that may be of a tree ended during the round. It may have forked a process that the table does not
    /// show. A tree in which each process forks and ends always has a process among the children of these parents.
    /// </summary>
    /// <param name="part">The part of the table that concerns a cleanup, after the cleanup's round.</param>
    /// <param name="isPatient">
    /// True if each environment must have been read. Any user can prevent that for a process of its own.
    /// </param>
    public bool IsConclusive(ProcessTable part, bool isPatient) =>
        _isWhole && (_areRead || !isPatient) && part.Entries.All(entry => entry.IsZombie || IsRunning(entry));

    /// <summary>The environment of a process; null if it cannot be read, and empty also during its execve(2).</summary>
    public byte[]? Environ(int pid)
    {
        var environ = ProcessEnvironment.ReadOfAnyUser(pid, out var isAnswered);
        _areRead &= isAnswered;
        return environ;
    }

    private static bool IsRunning(ProcessEntry entry) =>
        ProcessEntry.Of(entry.Pid) is { IsZombie: false } now && now.StartTime == entry.StartTime;

    private ILookup<string, ProcessEntry> Marked(int parent)
    {
        if (!_marked.TryGetValue(parent, out var found))
        {
            // No descendant of a process is older than the process.
            found = _table.ChildrenOf(parent)
                .Where(child => !child.IsZombie && child.StartTime >= _since && !isWorker(child.Pid)).ToLookup(MarksOf);
            _marked.Add(parent, found);
        }

        return found;
    }

    private string MarksOf(ProcessEntry child)
    {
        var environ = Environ(child.Pid);
        // A process that has ended has no environment.
        if (environ is not { Length: > 0 }) _isWhole &= IsRunning(child);
        if (environ is []) _areRead &= !_bare.MayChange(child);
        return Marks.Find(environ) ?? Unmarked;
    }
}
