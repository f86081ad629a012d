using Reuseportd.Linux.Processes;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Processes;

namespace Reuseportd.Runtime.Readiness;

/// <summary>Which worker a process belongs to: itself, by its session, or by its parents.</summary>
internal static class Senders
{
    private const int MostParents = 64;

    /// <returns>Null where it is of none, or has gone and was not the worker's own process.</returns>
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
