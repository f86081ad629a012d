using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Methods;

/// <summary>The methods that the kernel and the daemon's privileges allow.</summary>
/// <param name="Programs">The BPF programs; null without them.</param>
/// <param name="NoPrograms">The reason why there are no programs; null with programs.</param>
/// <param name="Seccomp">Null if the daemon answers no calls.</param>
internal sealed record MethodSupport(ShardingPrograms? Programs, string? NoPrograms, SeccompSupport? Seccomp)
{
    /// <summary>The library alone.</summary>
    public static readonly MethodSupport None = new(null, "it is not loaded", null);

    /// <summary>True if the kernel method lacks nothing but control groups.</summary>
    public bool LacksGroups { get; init; }
}

/// <summary>Chooses the method of each start, and attaches the BPF programs. For the launcher's threads.</summary>
/// <param name="preload">Absolute path of the preload library.</param>
internal sealed class MethodTable(string preload, MethodSupport support)
{
    private readonly ProgramReach _reach = new(preload);

    /// <summary>Can wait for the file system of the program.</summary>
    /// <param name="candidates">Paths that the exec tries in order.</param>
    /// <param name="workingDirectory">The directory that a relative path begins in; null for the daemon's.</param>
    public MethodChoice Choose(
        ProcessSpec process, ValueList<string> candidates, string? workingDirectory, Credentials credentials)
    {
        var method = process.Reuseport.Method;
        var unreached = method is ShardingMethod.Auto or ShardingMethod.Preload
            ? _reach.Unreached(Path.Combine(workingDirectory ?? "", First(candidates)), credentials)
            : null;
        return Choose(process, unreached, support.NoPrograms, NoSeccomp(process, credentials, unreached));
    }

    /// <summary>The choice if the kernel refuses the filter of seccomp.</summary>
    public MethodChoice ChooseWithoutSeccomp(MethodChoice choice, ProcessSpec process, string obstacle) =>
        Choose(process, choice.Unreached, support.NoPrograms ?? "it is not attached", obstacle);

    private MethodChoice Choose(ProcessSpec process, PreloadDiagnosis? unreached, string? noKernel, string? noSeccomp)
    {
        var wanted = process.Reuseport.Method;
        var choice = MethodChoice.Of(wanted, unreached, noKernel, noSeccomp);
        return choice with
        {
            Wanted = wanted,
            NoPrivilegedPorts = process.Reuseport.PrivilegedPorts && !choice.UsesKernel ? noKernel : null,
            Remedy = Allowed(Remedy(process, unreached, noKernel, noSeccomp), process.Reuseport),
        };
    }

    /// <summary>A service with <c>privileged_ports</c> may not configure the method seccomp.</summary>
    private static MethodRemedy Allowed(MethodRemedy remedy, ReuseportSpec reuseport) =>
        remedy is not MethodRemedy.ConfigureSeccomp || !reuseport.PrivilegedPorts ? remedy
        : reuseport.Method is ShardingMethod.Auto ? MethodRemedy.None
        : MethodRemedy.RemoveMethod;

    private MethodRemedy Remedy(ProcessSpec process, PreloadDiagnosis? unreached, string? noKernel, string? noSeccomp)
    {
        var isAuto = process.Reuseport.Method is ShardingMethod.Auto;
        if (noKernel is null) return isAuto ? MethodRemedy.None : MethodRemedy.RemoveMethod;
        // With auto, the daemon answers calls only if it knows before the start that the library does not reach the program.
        var isLate = unreached is null;
        if (noSeccomp is null) return isAuto || isLate ? MethodRemedy.ConfigureSeccomp : MethodRemedy.RemoveMethod;
        var gains = unreached is { Reason: PreloadReason.SetIdentity };
        if (support.Seccomp is { IsAvailable: true, NeedsNoNewPrivileges: true } && !gains)
        {
            // The method seccomp sets the key by itself.
            return process.Privileges.NoNewPrivileges is null && (!isAuto || isLate)
                ? MethodRemedy.ConfigureSeccomp
                : MethodRemedy.SetNoNewPrivileges;
        }

        return support.LacksGroups ? MethodRemedy.DelegateGroup : MethodRemedy.None;
    }

    /// <summary>Attaches the programs of the choice. Must be called before the first process of the group starts.</summary>
    /// <param name="serial">The number that outcomes carry.</param>
    /// <returns>The choice; another one if the programs cannot be attached.</returns>
    public MethodChoice Attach(
        MethodChoice choice, ProcessSpec process, Credentials credentials, CgroupDirectory group, ulong serial)
    {
        if (!choice.UsesKernel || support.Programs is null) return choice;
        var reuseport = process.Reuseport;
        var settings = ShardingSettings.From(reuseport, reuseport.PrivilegedPorts);
        var error = support.Programs.Attach(group, settings, serial);
        return error is null
            ? choice
            : Choose(process, choice.Unreached, $"{error}", NoSeccomp(process, credentials, choice.Unreached));
    }

    /// <summary>
    /// True if the process must get no_new_privs for its method. A service that asks for seccomp gets it by default.
    /// </summary>
    public bool NeedsNoNewPrivileges(MethodChoice choice) =>
        choice.UsesSeccomp && support.Seccomp is { NeedsNoNewPrivileges: true };

    private string? NoSeccomp(ProcessSpec process, Credentials credentials, PreloadDiagnosis? unreached)
    {
        if (support.Seccomp is not { } seccomp) return "the daemon answers no calls";
        if (!seccomp.IsAvailable) return $"{seccomp.Missing}: {seccomp.Errno}";
        var mayBeSet = credentials.NoNewPrivileges
            || process is { Reuseport.Method: ShardingMethod.Seccomp, Privileges.NoNewPrivileges: null };
        // The program would not gain its privileges.
        if (seccomp.NeedsNoNewPrivileges && unreached is { Reason: PreloadReason.SetIdentity })
            return "not for programs that gain privileges";
        return seccomp.NeedsNoNewPrivileges && !mayBeSet ? "it needs 'no_new_privileges: true', or CAP_SYS_ADMIN" : null;
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
