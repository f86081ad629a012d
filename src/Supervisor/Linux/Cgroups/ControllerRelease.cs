using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// Takes the controllers from the workers of an ended daemon, and so their limits. A cgroup whose children have controllers can
/// hold no process (EBUSY, cgroups(7)), so systemd could not start the next daemon beside such workers. Memory that a worker
/// already has does not count against a limit that is set later.
/// </summary>
internal static class ControllerRelease
{
    private const string File = "cgroup.subtree_control";

    /// <summary>Name of the cgroup that systemd runs <c>ExecStopPost=</c> in, below that of the unit.</summary>
    private const string OfControl = "/.control";

    /// <summary>Releases the controllers of the unit that this process is a control process of.</summary>
    /// <param name="mountInfo">Content of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="membership">Content of <c>/proc/self/cgroup</c>.</param>
    /// <returns>None also if there is no such unit, or if it does not delegate its cgroup.</returns>
    public static Errno OfUnit(string mountInfo, string membership)
    {
        if (CgroupMount.Unified(mountInfo, membership) is not { } mount) return Errno.None;
        if (!mount.Path.EndsWith(OfControl, StringComparison.Ordinal)) return Errno.None;
        var path = mount.Path[..^OfControl.Length];
        using var unit = CgroupDirectory.Open(mount.MountPoint + path, out var errno);
        if (unit is null) return errno;
        return CgroupFacts.Read(unit, path).Obstacle() is null ? Of(unit) : Errno.None;
    }

    /// <summary>Releases all controllers of the groups below.</summary>
    public static Errno Of(CgroupDirectory group)
    {
        var enabled = (group.Read(File) ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return enabled.Length == 0 ? Errno.None : group.Write(File, string.Join(' ', enabled.Select(name => $"-{name}")));
    }
}
