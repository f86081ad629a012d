using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>The files of a group that hold a worker's limits, and the controllers that they belong to.</summary>
internal static class CgroupLimits
{
    /// <summary>In microseconds; the kernel's own default.</summary>
    private const long CpuPeriod = 100_000;

    private const string CpuFile = "cpu.max";

    public static readonly ValueList<string> Controllers = ["cpu", "memory", "pids"];

    /// <summary>Name as the configuration has it, controller, file, text.</summary>
    public static IEnumerable<(string Name, string Controller, string File, string Text)> Of(GroupLimits limits)
    {
        if (limits.MemoryMax is { } memory) yield return ("memory_max", "memory", "memory.max", Text(memory));
        if (limits.CpuQuota is { } percent) yield return ("cpu_quota", "cpu", CpuFile, Quota(percent));
        if (limits.TasksMax is { } tasks) yield return ("tasks_max", "pids", "pids.max", Text(tasks));
    }

    /// <summary>
    /// For a process that is to be born in the group: until its exec it stands in the daemon's memory (CLONE_VM), and must not be
    /// throttled while the kernel holds a lock of that memory for it.
    /// </summary>
    public static void LiftQuota(CgroupDirectory group, GroupLimits limits)
    {
        if (limits.CpuQuota is not null) group.Write(CpuFile, $"max {Text(CpuPeriod)}");
    }

    /// <summary>The kernel has taken it before.</summary>
    public static void RestoreQuota(CgroupDirectory group, GroupLimits limits)
    {
        if (limits.CpuQuota is { } percent) group.Write(CpuFile, Quota(percent));
    }

    private static string Quota(int percent) => $"{Text(percent * CpuPeriod / 100)} {Text(CpuPeriod)}";

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
