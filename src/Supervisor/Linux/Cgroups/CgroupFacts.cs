using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Cgroups;

/// <summary>Facts that decide whether the daemon may create groups in a control group.</summary>
/// <param name="Path">Path in the form of <c>/proc/self/cgroup</c>.</param>
/// <param name="IsRoot">True if this is the root of the machine's hierarchy.</param>
/// <param name="IsMarked">
/// True if the group has the attribute <c>user.delegate</c> or <c>trusted.delegate</c>, which delegates it to its processes.
/// </param>
/// <param name="IsOwned">
/// True if the daemon's user is not root, and owns the directory and the files that delegation needs (cgroups(7)).
/// </param>
/// <param name="Type">Content of <c>cgroup.type</c>.</param>
internal sealed record CgroupFacts(string Path, bool IsRoot, bool IsMarked, bool IsOwned, string Type)
{
    private static readonly string[] UnitSuffixes = [".service", ".scope", ".slice", ".socket", ".mount", ".swap"];

    private static readonly string[] DelegatedFiles = ["", "/cgroup.procs", "/cgroup.subtree_control"];

    /// <summary>
    /// The reason why the daemon must not create groups here; null if it may. It may if the group has the attribute, or is the
    /// root of the daemon's cgroup namespace (a container), or belongs to an ordinary user. A group owned by root proves nothing:
    /// root owns all of them. A unit's group without the attribute is managed by systemd.
    /// </summary>
    public string? Obstacle()
    {
        if (IsRoot) return "is the root of the machine's hierarchy";
        if (!IsMarked && Path != "/" && !(IsOwned && !IsUnit)) return "is not delegated";
        return Type == "domain" ? null : $"is of type '{Type}'";
    }

    private bool IsUnit => Array.Exists(UnitSuffixes, suffix => Path.EndsWith(suffix, StringComparison.Ordinal));

    public static CgroupFacts Read(CgroupDirectory directory, string path)
    {
        var type = directory.Read("cgroup.type");
        return new CgroupFacts(
            path,
            IsRoot: type is null,
            IsMarked: directory.IsMarked("user.delegate") || directory.IsMarked("trusted.delegate"),
            IsOwned: Libc.EffectiveUserId() is var user and not 0
                     && DelegatedFiles.All(file => OwnerOf(directory, file) == user),
            type?.Trim() ?? "");
    }

    private static uint? OwnerOf(CgroupDirectory directory, string file) =>
        SystemPath.Status($"/proc/self/fd/{directory.Number}{file}", out _)?.Uid;
}
