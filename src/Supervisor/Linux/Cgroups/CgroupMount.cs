namespace Reuseportd.Linux.Cgroups;

/// <summary>The location of the daemon's control group in a mounted hierarchy.</summary>
/// <param name="IsUnified">True if the hierarchy is cgroup v2.</param>
/// <param name="MountPoint">Mount point of the hierarchy.</param>
/// <param name="Path">Path of the group below the mount point; empty for the mounted root.</param>
internal sealed record CgroupMount(bool IsUnified, string MountPoint, string Path)
{
    /// <summary>
    /// The hierarchies that may have a controller, from <c>/proc/self/mountinfo</c> and <c>/proc/self/cgroup</c>.
    /// </summary>
    /// <param name="controller">Name in cgroup v1: <c>cpu</c>, <c>pids</c>.</param>
    public static IEnumerable<CgroupMount> AllWith(string controller, string mountInfo, string membership)
    {
        foreach (var line in mountInfo.Split('\n'))
        {
            // 35 24 0:31 /root /mount/point options - type source superoptions
            var halves = line.Split(" - ");
            if (halves.Length != 2 || halves[0].Split(' ') is not [_, _, _, var root, var mountPoint, ..]) continue;
            var filesystem = halves[1].Split(' ');
            var unified = filesystem[0] == "cgroup2";
            var legacy = filesystem[0] == "cgroup" && filesystem[^1].Split(',').Contains(controller);
            if ((unified || legacy) && GroupOf(membership, unified ? null : controller) is { } group)
                yield return new CgroupMount(unified, mountPoint, Below(root, group));
        }
    }

    /// <summary>
    /// The group in the unified hierarchy. Null if there is no such hierarchy, or if the group is outside of the mounted part.
    /// </summary>
    public static CgroupMount? Unified(string mountInfo, string membership)
    {
        if (GroupOf(membership, controller: null) is not { } group || group.StartsWith("/..", StringComparison.Ordinal))
            return null;
        foreach (var line in mountInfo.Split('\n'))
        {
            var halves = line.Split(" - ");
            if (halves.Length != 2 || halves[0].Split(' ') is not [_, _, _, var root, var mountPoint, ..]) continue;
            if (halves[1].Split(' ')[0] != "cgroup2") continue;
            var prefix = root == "/" ? "" : root;
            if (group == root || group.StartsWith(prefix + "/", StringComparison.Ordinal))
                return new CgroupMount(IsUnified: true, mountPoint, group[prefix.Length..].TrimEnd('/'));
        }

        return null;
    }

    /// <summary>Directories from the group up to the mount point.</summary>
    public IEnumerable<string> UpToTheRoot()
    {
        for (var path = Path; path.Length > 0; path = path[..path.LastIndexOf('/')]) yield return MountPoint + path;
        yield return MountPoint;
    }

    /// <summary>Lines are <c>ID:CONTROLLERS:PATH</c>; the line of the unified hierarchy is <c>0::PATH</c>.</summary>
    /// <param name="controller">Null for the unified hierarchy.</param>
    private static string? GroupOf(string membership, string? controller)
    {
        foreach (var line in membership.Split('\n'))
        {
            if (line.Split(':', 3) is not [_, var controllers, var path]) continue;
            if (controller is null ? controllers.Length == 0 : controllers.Split(',').Contains(controller)) return path;
        }

        return null;
    }

    /// <summary>In a container, the mount shows only the part of the hierarchy below <paramref name="root"/>.</summary>
    private static string Below(string root, string group)
    {
        var path = root != "/" && group.StartsWith(root, StringComparison.Ordinal) ? group[root.Length..] : group;
        // A group outside of the mounted part ("/../..") is not visible; the mounted root stands for it.
        return path.Contains("/..", StringComparison.Ordinal) || !path.StartsWith('/') ? "" : path.TrimEnd('/');
    }
}
