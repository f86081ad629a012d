using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Linux;

/// <summary>The files of a group that hold a worker's limits, and the controllers that they belong to.</summary>
internal static class CgroupLimits
{
    /// <summary>In microseconds; the kernel's own default.</summary>
    private const long CpuPeriod = 100_000;

    public static readonly ValueList<string> Controllers = ["cpu", "memory", "pids"];

    /// <summary>Name as the configuration has it, controller, file, text.</summary>
    public static IEnumerable<(string Name, string Controller, string File, string Text)> Of(GroupLimits limits)
    {
        if (limits.MemoryMax is { } memory) yield return ("memory_max", "memory", "memory.max", Text(memory));
        if (limits.CpuQuota is { } percent) yield return ("cpu_quota", "cpu", "cpu.max", $"{Text(percent * CpuPeriod / 100)} {Text(CpuPeriod)}");
        if (limits.TasksMax is { } tasks) yield return ("tasks_max", "pids", "pids.max", Text(tasks));
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
