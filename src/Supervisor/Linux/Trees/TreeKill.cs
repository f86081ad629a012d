using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Trees;

/// <summary>
/// Kills a <see cref="ProcessTree"/> with SIGKILL. A process may fork before it is killed, so rounds are repeated until one finds
/// no process.
/// </summary>
internal static class TreeKill
{
    /// <summary>Processes whose pidfds are open at one time.</summary>
    private const int PartSize = 64;

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
        foreach (var part in members.Chunk(PartSize)) Kill(part, ref patience);
        return members.Count;
    }

    /// <summary>
    /// Another process may have a pid by now. The pidfds are opened first, and the start times are compared after that, so both
    /// belong to the same process.
    /// </summary>
    private static void Kill(ProcessEntry[] members, ref TimeSpan patience)
    {
        var processes = Array.ConvertAll(members, member => Pidfd.Open(member.Pid, out _));
        try
        {
            var present = ProcessEntry.Of(members.Select(member => member.Pid)).ToLookup(entry => (entry.Pid, entry.StartTime));
            foreach (var (member, process) in members.Zip(processes))
            {
                if (process is null || !present.Contains((member.Pid, member.StartTime))) continue;
                process.SendSignal(Signal.Kill);
                if (patience != TimeSpan.Zero && !process.WaitForEnd(patience)) patience = TimeSpan.Zero;
            }
        }
        finally
        {
            foreach (var process in processes) process?.Dispose();
        }
    }
}
