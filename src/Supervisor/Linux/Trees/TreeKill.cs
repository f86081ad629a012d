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
        foreach (var member in members) Kill(member);
        return members.Count;
    }

    /// <summary>
    /// Signals the process of an entry. Another process may have the pid by now. The pidfd is opened first, and the start time is
    /// compared after that, so both belong to the same process.
    /// </summary>
    private static void Kill(ProcessEntry entry)
    {
        using var process = Pidfd.Open(entry.Pid, out _);
        if (process is not null && ProcessEntry.Of(entry.Pid)?.StartTime == entry.StartTime) process.SendSignal(Signal.Kill);
    }
}
