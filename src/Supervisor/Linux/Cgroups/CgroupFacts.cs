using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Cgroups;

/// <summary>What decides whether a control group is the daemon's to divide.</summary>
/// <param name="Path">As <c>/proc/self/cgroup</c> writes it.</param>
/// <param name="IsRoot">Of the whole hierarchy, which is the machine's.</param>
/// <param name="IsMarked">
/// Whoever made it says that what is below belongs to those who run in it: <c>user.delegate</c> or <c>trusted.delegate</c>.
/// </param>
/// <param name="IsOwned">
/// The directory and what is written for delegation (cgroups(7)) belong to the daemon's user, who is not root.
/// </param>
/// <param name="Type">Text of <c>cgroup.type</c>.</param>
internal sealed record CgroupFacts(string Path, bool IsRoot, bool IsMarked, bool IsOwned, string Type)
{
    private static readonly string[] UnitSuffixes = [".service", ".scope", ".slice", ".socket", ".mount", ".swap"];

    private static readonly string[] DelegatedFiles = ["", "/cgroup.procs", "/cgroup.subtree_control"];

    /// <summary>
    /// Why the daemon must make no groups in it; null where it may: it is marked, or it is all that the daemon's cgroup namespace
    /// shows (a container), or it is an ordinary user's own. That root owns a directory says nothing, since root owns them all;
    /// and what bears the name of a unit without the mark is managed by the systemd that made it.
    /// </summary>
    public string? Obstacle()
    {
        if (IsRoot) return "is the root of the machine's";
        if (!IsMarked && Path != "/" && !(IsOwned && !IsUnit)) return "is not delegated";
        return Type == "domain" ? null : $"is of type '{Type}'";
    }

    private bool IsUnit => Array.Exists(UnitSuffixes, suffix => Path.EndsWith(suffix, StringComparison.Ordinal));

    public static CgroupFacts Of(CgroupDirectory directory, string path)
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
