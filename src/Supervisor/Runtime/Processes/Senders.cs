using Reuseportd.Linux.Processes;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Processes;

/// <summary>Finds the worker of a process: the process itself, its session, or an ancestor.</summary>
internal static class Senders
{
    private const int MostParents = 64;

    /// <returns>Null if the process belongs to no worker, or has ended and was not the worker's own process.</returns>
    public static WorkerProcess? WorkerOf(int pid, WorkerTable workers)
    {
        for (var steps = 0; steps < MostParents && pid > 1; steps++)
        {
            if (workers.FindPid(pid) is { } worker) return worker;
            if (ProcessEntry.Of(pid) is not { } entry) return null;
            if (workers.FindPid(entry.Session) is { } leader) return leader;
            pid = entry.Parent;
        }

        return null;
    }
}
