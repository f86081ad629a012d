using Reuseportd.Api.Contract;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>CPU time and memory of a worker's process, from /proc/PID/stat.</summary>
internal static class ProcessUsage
{
    /// <summary>The entries of the processes of workers.</summary>
    public static IReadOnlyDictionary<int, ProcessEntry> Read(IEnumerable<WorkerSnapshot> workers)
    {
        var pids = workers.SelectMany(worker => (int?[])[worker.Pid, worker.Second?.Pid]).OfType<int>().Distinct();
        return ProcessEntry.Of(pids).ToDictionary(entry => entry.Pid);
    }

    /// <param name="entries">Of <see cref="Read"/>.</param>
    /// <param name="foreign">See <see cref="WorkerSnapshot.Foreign"/>.</param>
    public static WorkerStatus AddTo(
        WorkerStatus worker, IReadOnlyDictionary<int, ProcessEntry> entries, ForeignRoot? foreign)
    {
        if (worker.Pid is not { } pid || Of(pid, entries, foreign) is not { } usage) return worker;
        return worker with
        {
            CpuSeconds = usage.CpuSeconds,
            CpuPercent = worker.Uptime is > 0 and var uptime ? Math.Round(100 * usage.CpuSeconds / uptime, 1) : 0,
            Memory = usage.Memory,
        };
    }

    /// <param name="entries">As of <see cref="AddTo"/>.</param>
    /// <param name="foreign">As of <see cref="AddTo"/>.</param>
    /// <returns>CPU time, and resident bytes; null if the process is gone.</returns>
    public static (double CpuSeconds, long Memory)? Of(
        int pid, IReadOnlyDictionary<int, ProcessEntry> entries, ForeignRoot? foreign)
    {
        if (!entries.TryGetValue(pid, out var entry)) return null;
        // The kernel may have given the pid to another process.
        var isSame = foreign is null ? entry.Parent == Environment.ProcessId : entry.StartTime == foreign.StartTime;
        if (!isSame) return null;
        return (entry.CpuTicks / ProcessEntry.TicksInASecond, (long)entry.ResidentPages * Environment.SystemPageSize);
    }
}
