using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Trees;

/// <summary>
/// Kills a <see cref="ProcessTree"/> with SIGKILL. A process may fork before it is killed, so rounds are repeated until one finds
/// no process.
/// </summary>
internal static class TreeKill
{
    /// <summary>Runs one round, without waiting. Several trees may share one <see cref="ProcessTable.Read"/>.</summary>
    /// <returns>Number of processes that were found; 0 if the tree has ended.</returns>
    public static int Round(TreeRoot root, ProcessTable table, Func<int, bool> isWorker)
    {
        var members = ProcessTree.Members(root, table, isWorker);
        foreach (var member in members) Kill(member)?.Dispose();
        return members.Count;
    }

    /// <summary>Runs rounds until no process is left; waits between rounds for the killed processes.</summary>
    /// <param name="rounds">Most rounds; a process in uninterruptible sleep (D) outlasts any number.</param>
    /// <param name="patience">Longest wait for each process of a round.</param>
    /// <returns>True if the tree has ended.</returns>
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
    /// Signals the process of an entry. Another process may have the pid by now. The pidfd is opened first, and the start time is
    /// compared after that, so both belong to the same process.
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
