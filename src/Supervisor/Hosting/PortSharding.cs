using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;

namespace Reuseportd.Hosting;

/// <summary>Finds out which methods share ports here, and loads the BPF programs.</summary>
internal static class PortSharding
{
    private const string Needs = "the daemon needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";

    private static readonly ulong Loading = Bit("bpf") | Bit("net_admin") | Bit("perfmon");

    /// <param name="groups">The control groups of the workers; null if there are none.</param>
    /// <param name="inherited">The programs of an earlier program of this process; null for none.</param>
    public static MethodSupport Load(CgroupSubtree? groups, IReadOnlyList<int>? inherited)
    {
        var programs = Programs(groups, inherited, out var obstacle);
        var mayLoad = (Capabilities.Effective() & Loading) == Loading;
        return new MethodSupport(programs, obstacle, SeccompSupport.Find()) { LacksGroups = groups is null && mayLoad };
    }

    private static ShardingPrograms? Programs(
        CgroupSubtree? groups, IReadOnlyList<int>? inherited, out string? obstacle)
    {
        obstacle = "workers have no control groups of their own";
        if (groups is null) return null;
        ShardingError? error;
        var programs = inherited is null ? ShardingPrograms.Load(out error) : ShardingPrograms.Resume(inherited, out error);
        obstacle = error is null ? null
            : error.Errno == Errno.NotPermitted || error.Errno == Errno.AccessDenied ? $"{error}: {Needs}"
            : $"{error}: the kernel does not have what the method needs";
        return programs;
    }

    private static ulong Bit(string capability) => Capability.TryParse(capability)!.Value.Bit;
}
