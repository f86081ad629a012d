using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Trees;

/// <summary>
/// The process tree of a worker, which ends with the worker: a child that outlives the worker may hold the listening socket, and
/// never serve its connections.
/// The daemon is a subreaper, so every process that a worker leaves behind stays a descendant of the daemon. The tree consists of
/// the worker, its descendants, and its orphans with their descendants. An orphan is a child that the daemon did not spawn. Its
/// environment tells the worker, or else its session or process group: the kernel does not reuse these numbers while a process
/// has them.
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
        foreach (var child in table.ChildrenOf(daemon))
        {
            var isMember = child.Pid == root.Pid && !root.IsReaped && root.Claims(environ(child.Pid) ?? []) != false
                           || !isWorker(child.Pid) && IsOrphanOf(root, child, environ);
            if (isMember) AddWithDescendants(child, table, members);
        }

        members.RemoveAll(member => member.IsZombie);
        return members;
    }

    /// <summary>
    /// As <see cref="Members(TreeRoot, ProcessTable, int, Func{int, bool}, Func{int, byte[]})"/>, with this process as the
    /// daemon.
    /// </summary>
    public static List<ProcessEntry> Members(TreeRoot root, ProcessTable table, Func<int, bool> isWorker) =>
        Members(root, table, Environment.ProcessId, isWorker, ProcessEnvironment.Read);

    private static bool IsOrphanOf(TreeRoot root, ProcessEntry child, Func<int, byte[]?> environ) =>
        root.Claims(environ(child.Pid) ?? []) ?? (child.Session == root.Pid || child.Group == root.Pid);

    private static void AddWithDescendants(ProcessEntry entry, ProcessTable table, List<ProcessEntry> members)
    {
        var first = members.Count;
        members.Add(entry);
        for (var at = first; at < members.Count; at++) members.AddRange(table.ChildrenOf(members[at].Pid));
    }
}
