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
        var patience = TimeSpan.Zero;
        return Round(root, table, isWorker, ProcessEnvironment.Read, ref patience);
    }

    /// <summary>Runs one round that waits for the ends of the processes.</summary>
    /// <param name="environ">Returns the environment of a running process; empty or null if it cannot be read.</param>
    /// <param name="patience">
    /// Time that each process gets to end. Becomes zero with the first process that does not end in time: many processes that
    /// hang in the kernel then cost no more time than one does.
    /// </param>
    /// <returns>As above.</returns>
    public static int Round(
        TreeRoot root, ProcessTable table, Func<int, bool> isWorker, Func<int, byte[]?> environ, ref TimeSpan patience)
    {
        var members = ProcessTree.Members(root, table, Environment.ProcessId, isWorker, environ);
        foreach (var member in members)
            if (!Kill(member, patience)) patience = TimeSpan.Zero;
        return members.Count;
    }

    /// <summary>
    /// Signals the process of an entry. Another process may have the pid by now. The pidfd is opened first, and the start time is
    /// compared after that, so both belong to the same process.
    /// </summary>
    /// <returns>False if the process has not ended in that time.</returns>
    private static bool Kill(ProcessEntry entry, TimeSpan patience)
    {
        using var process = Pidfd.Open(entry.Pid, out _);
        if (process is null || ProcessEntry.Of(entry.Pid)?.StartTime != entry.StartTime) return true;
        process.SendSignal(Signal.Kill);
        return patience == TimeSpan.Zero || process.WaitForEnd(patience);
    }
}
