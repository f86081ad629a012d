using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Sharding;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>Loads the BPF programs that share ports.</summary>
internal static class PortSharding
{
    private const string Needs = "the daemon needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";

    /// <param name="groups">The control groups of the workers; null if there are none.</param>
    /// <param name="obstacle">The reason why there are no programs; null on success.</param>
    public static ShardingPrograms? Load(CgroupSubtree? groups, out string? obstacle)
    {
        obstacle = "workers have no control groups of their own";
        if (groups is null) return null;
        var programs = ShardingPrograms.Load(out var error);
        obstacle = error is null ? null
            : error.Errno == Errno.NotPermitted || error.Errno == Errno.AccessDenied ? $"{error}: {Needs}"
            : $"{error}: the kernel does not have what the method needs";
        return programs;
    }
}
