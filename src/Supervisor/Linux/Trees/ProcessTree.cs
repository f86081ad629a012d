using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Trees;

/// <summary>
/// The process tree of a worker, which ends with the worker: a child that outlives the worker may hold the listening socket, and
/// never serve its connections.
/// The daemon is a subreaper, so every process that a worker leaves behind stays a descendant of the daemon. The tree consists of
/// the worker, its descendants, and its orphans with their descendants. An orphan is a child that the daemon did not spawn. Its
/// environment tells the worker, or else its session or process group: the kernel does not reuse these numbers while a process
/// has them.
/// A process that an earlier daemon started is no child (<see cref="TreeRoot.Foreign"/>), and neither are its orphans. These are
/// recognised in the same way, but among all processes.
/// Two places change together with this class: Runtime/Trees/Orphans, which selects the processes that may be of a tree, and
/// Native/Guard/guard_hunt.c, which decides by the mark or the session after the daemon's end.
/// </summary>
internal static class ProcessTree
{
    /// <summary>The running members of the tree; pure, except for <paramref name="environ"/>.</summary>
    /// <param name="daemon">Pid of the daemon.</param>
    /// <param name="isWorker">True if the daemon spawned this pid and has not reaped it; such a process is never an
    /// orphan.</param>
    /// <param name="environ">Returns the environment of a running process; empty if it cannot be read.</param>
    public static List<ProcessEntry> Members(
        TreeRoot root, ProcessTable table, int daemon, Func<int, bool> isWorker, Func<int, byte[]?> environ)
    {
        var members = new List<ProcessEntry>();
        var known = new HashSet<int>();
        var hasNumber = HasNumber(root, table);
        foreach (var top in root.Foreign is null ? table.ChildrenOf(daemon) : table.Entries)
        {
            if (known.Contains(top.Pid)) continue;
            var isMember = IsRoot(root, top, environ)
                           || !isWorker(top.Pid) && (root.Claims(environ(top.Pid) ?? []) ?? hasNumber && IsNumberOf(root, top));
            if (isMember) AddWithDescendants(top, table, members, known);
        }

        members.RemoveAll(member => member.IsZombie);
        return members;
    }

    /// <summary>True if the session or the group of an entry has the number of the process.</summary>
    public static bool IsNumberOf(TreeRoot root, ProcessEntry entry) => entry.Session == root.Pid || entry.Group == root.Pid;

    /// <summary>
    /// As <see cref="Members(TreeRoot, ProcessTable, int, Func{int, bool}, Func{int, byte[]})"/>, with this process as the
    /// daemon.
    /// </summary>
    public static List<ProcessEntry> Members(TreeRoot root, ProcessTable table, Func<int, bool> isWorker) =>
        Members(root, table, Environment.ProcessId, isWorker, ProcessEnvironment.Read);

    private static bool IsRoot(TreeRoot root, ProcessEntry entry, Func<int, byte[]?> environ) =>
        entry.Pid == root.Pid && !root.IsReaped
        && (root.Foreign is { } foreign ? entry.StartTime == foreign.StartTime : root.Claims(environ(entry.Pid) ?? []) != false);

    /// <summary>False if the number of the process's session and group may belong to another process.</summary>
    private static bool HasNumber(TreeRoot root, ProcessTable table) => root.Foreign is not { } foreign
        || foreign.HasNumber && !table.Entries.Any(entry => entry.Pid == root.Pid && entry.StartTime != foreign.StartTime);

    private static void AddWithDescendants(
        ProcessEntry entry, ProcessTable table, List<ProcessEntry> members, HashSet<int> known)
    {
        var first = members.Count;
        Add(entry);
        for (var at = first; at < members.Count; at++)
            foreach (var child in table.ChildrenOf(members[at].Pid)) Add(child);

        void Add(ProcessEntry member)
        {
            if (known.Add(member.Pid)) members.Add(member);
        }
    }
}
