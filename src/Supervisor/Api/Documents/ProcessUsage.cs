using Reuseportd.Api.Contract;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;

namespace Reuseportd.Api.Documents;

/// <summary>CPU time and memory of a worker's process, from /proc/PID/stat.</summary>
internal static class ProcessUsage
{
    /// <param name="foreign">See <see cref="Runtime.Snapshots.WorkerSnapshot.Foreign"/>.</param>
    public static WorkerStatus AddTo(WorkerStatus worker, ForeignRoot? foreign)
    {
        if (worker.Pid is not { } pid || ProcessEntry.Of(pid) is not { } entry) return worker;
        // The kernel may have given the pid to another process.
        var isSame = foreign is null ? entry.Parent == Environment.ProcessId : entry.StartTime == foreign.StartTime;
        if (!isSame) return worker;
        var seconds = entry.CpuTicks / ProcessEntry.TicksInASecond;
        return worker with
        {
            CpuSeconds = seconds,
            CpuPercent = worker.Uptime is > 0 and var uptime ? Math.Round(100 * seconds / uptime, 1) : 0,
            Memory = (long)entry.ResidentPages * Environment.SystemPageSize,
        };
    }
}
