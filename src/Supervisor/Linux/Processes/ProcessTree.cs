namespace Reuseportd.Linux.Processes;

/// <summary>
/// Everything that came of a worker, to be ended with it: a child that outlives its parent goes on holding the listening
/// socket, and connections given to it are never served.
///
/// The daemon is a subreaper, so whatever a worker leaves behind, however it daemonised itself, stays below the daemon. So
/// a member is a process below the daemon that is the worker, is below it, or is below an orphan of it. An orphan is a
/// child of the daemon that nobody spawned here; whose it is its environment tells, or else its session or group, whose
/// numbers the kernel does not give away while somebody is in them.
/// </summary>
internal static class ProcessTree
{
    /// <summary>The members of the tree that run; pure but for what <paramref name="environ"/> reads.</summary>
    /// <param name="daemon">Pid of the daemon.</param>
    /// <param name="isWorker">Whether a pid is one that the daemon spawned and has not reaped; those are never orphans.</param>
    /// <param name="environ">The environment of a process that runs; empty when it cannot be read.</param>
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
    /// As <see cref="Members(TreeRoot, ProcessTable, int, Func{int, bool}, Func{int, byte[]})"/>, of this process.
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
