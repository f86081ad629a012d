using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Methods;

/// <summary>Chooses the method of each start, and attaches the BPF programs. For the launcher's threads.</summary>
/// <param name="preload">Absolute path of the preload library.</param>
/// <param name="programs">Null if the kernel method is not available.</param>
/// <param name="noKernel">The reason for that; null with programs.</param>
internal sealed class MethodTable(string preload, ShardingPrograms? programs, string? noKernel)
{
    private const string NoSeccomp = "it is not available";

    private readonly ProgramReach _reach = new(preload);

    /// <summary>Can wait for the file system of the program.</summary>
    /// <param name="candidates">Paths that the exec tries in order.</param>
    /// <param name="workingDirectory">The directory that a relative path begins in; null for the daemon's.</param>
    public MethodChoice Choose(
        ReuseportSpec spec, ValueList<string> candidates, string? workingDirectory, Credentials credentials)
    {
        var unreached = spec.Method is ShardingMethod.Auto or ShardingMethod.Preload
            ? _reach.Unreached(Path.Combine(workingDirectory ?? "", First(candidates)), credentials)
            : null;
        return MethodChoice.Of(spec.Method, unreached, noKernel, NoSeccomp);
    }

    /// <summary>Attaches the programs of the choice. Must be called before the first process of the group starts.</summary>
    /// <param name="process">The number that outcomes carry.</param>
    /// <returns>The choice; another one if the programs cannot be attached.</returns>
    public MethodChoice Attach(MethodChoice choice, ReuseportSpec spec, CgroupDirectory group, ulong process)
    {
        if (!choice.UsesKernel || programs is null) return choice;
        var error = programs.Attach(group, ShardingSettings.From(spec, spec.PrivilegedPorts), process);
        return error is null ? choice : MethodChoice.Of(spec.Method, choice.Unreached, $"{error}", NoSeccomp);
    }

    private static string First(ValueList<string> candidates)
    {
        if (candidates.Count > 1)
        {
            foreach (var path in candidates)
                if (SystemPath.Status(path, out _) is { IsRegularFile: true }) return path;
        }

        return candidates.Count == 0 ? "" : candidates[0];
    }
}
