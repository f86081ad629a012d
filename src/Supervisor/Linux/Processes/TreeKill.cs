using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// Ends a <see cref="ProcessTree"/> with SIGKILL. A process may fork between being seen and being ended, so it goes in rounds
/// until one finds nothing.
/// </summary>
internal static class TreeKill
{
    /// <summary>One round, which does not wait. <see cref="ProcessTable.Read"/> may serve the rounds of several trees.</summary>
    /// <returns>Processes that were still there; 0 when the tree has ended.</returns>
    public static int Round(TreeRoot root, ProcessTable table, Func<int, bool> isWorker)
    {
        var members = ProcessTree.Members(root, table, isWorker);
        foreach (var member in members) Kill(member)?.Dispose();
        return members.Count;
    }

    /// <summary>Rounds until nothing is left; waits in between for what was signalled to end.</summary>
    /// <param name="rounds">Most rounds; a process in uninterruptible sleep (D) outlasts any number.</param>
    /// <param name="patience">Wait for each process of a round.</param>
    /// <returns>Whether the tree has ended.</returns>
    public static bool ToTheEnd(TreeRoot root, Func<int, bool> isWorker, int rounds, TimeSpan patience)
    {
        for (var round = 0; round < rounds; round++)
        {
            var members = ProcessTree.Members(root, ProcessTable.Read(), isWorker);
            if (members.Count == 0) return true;
            var killed = members.ConvertAll(Kill);
            foreach (var process in killed)
            {
                process?.WaitForEnd(patience);
                process?.Dispose();
            }
        }

        return false;
    }

    /// <summary>
    /// Signals the process that the entry means. The number may have been given to another since it was read: the pidfd is opened
    /// first, and then the start time is compared, so it is that of the process which the pidfd holds.
    /// </summary>
    private static Pidfd? Kill(ProcessEntry entry)
    {
        var process = Pidfd.Open(entry.Pid, out _);
        if (process is null) return null;
        var isMeant = ProcessEntry.Of(entry.Pid)?.StartTime == entry.StartTime;
        if (isMeant && process.SendSignal(Signal.Kill) == Errno.None) return process;
        process.Dispose();
        return null;
    }
}
