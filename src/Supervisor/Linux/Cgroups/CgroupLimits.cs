using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>The files that hold a worker's limits, and their controllers.</summary>
internal static class CgroupLimits
{
    /// <summary>In microseconds; the kernel's default.</summary>
    private const long CpuPeriod = 100_000;

    private const string CpuFile = "cpu.max";

    public static readonly ValueList<string> Controllers = ["cpu", "memory", "pids"];

    /// <summary>Key of the configuration, controller, file, and text to write.</summary>
    public static IEnumerable<(string Name, string Controller, string File, string Text)> Of(GroupLimits limits)
    {
        if (limits.MemoryMax is { } memory) yield return ("memory_max", "memory", "memory.max", Text(memory));
        if (limits.CpuQuota is { } percent) yield return ("cpu_quota", "cpu", CpuFile, Quota(percent));
        if (limits.TasksMax is { } tasks) yield return ("tasks_max", "pids", "pids.max", Text(tasks));
    }

    /// <summary>
    /// Lifts the CPU quota for a process that is created in the group. Until its exec the process uses the daemon's memory
    /// (CLONE_VM). If it were throttled while it holds a kernel lock of that memory, the daemon would block.
    /// </summary>
    public static void LiftQuota(CgroupDirectory group, GroupLimits limits)
    {
        if (limits.CpuQuota is not null) group.Write(CpuFile, $"max {Text(CpuPeriod)}");
    }

    /// <summary>Restores the quota; the kernel has accepted the same text before.</summary>
    public static void RestoreQuota(CgroupDirectory group, GroupLimits limits)
    {
        if (limits.CpuQuota is { } percent) group.Write(CpuFile, Quota(percent));
    }

    private static string Quota(int percent) => $"{Text(percent * CpuPeriod / 100)} {Text(CpuPeriod)}";

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
