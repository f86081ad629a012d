using System.Globalization;
using Reuseportd.Linux.Files;

namespace Reuseportd.Linux.Cgroups;

/// <summary>The CPU quota of the daemon's control group: <c>cpu.max</c> of cgroup v2, or <c>cpu.cfs_quota_us</c> of v1.</summary>
internal static class CpuQuota
{
    /// <summary>In CPUs; null without a quota. The smallest quota between the daemon's group and the root applies.</summary>
    public static double? Read() => Read(
        KernelText.Read("/proc/self/mountinfo") ?? "", KernelText.Read("/proc/self/cgroup") ?? "", KernelText.Read);

    /// <param name="textOf">Returns the content of a file, or null if it does not exist.</param>
    internal static double? Read(string mountInfo, string membership, Func<string, string?> textOf)
    {
        double? least = null;
        foreach (var group in CgroupMount.AllWith("cpu", mountInfo, membership))
        foreach (var directory in group.UpToTheRoot())
        {
            var quota = group.IsUnified
                ? OfUnified(textOf($"{directory}/cpu.max"))
                : OfLegacy(textOf($"{directory}/cpu.cfs_quota_us"), textOf($"{directory}/cpu.cfs_period_us"));
            if (quota < (least ?? double.PositiveInfinity)) least = quota;
        }

        return least;
    }

    /// <summary>Parses <c>QUOTA PERIOD</c> in microseconds; the quota may be <c>max</c>.</summary>
    private static double? OfUnified(string? text) => text?.Split(' ') is [var quota, var period] ? Ratio(quota, period) : null;

    private static double? OfLegacy(string? quota, string? period) =>
        quota is null || period is null ? null : Ratio(quota, period);

    private static double? Ratio(string quota, string period) =>
        long.TryParse(quota, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var allowed) && allowed > 0
        && long.TryParse(period.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var of) && of > 0
            ? (double)allowed / of
            : null;
}
