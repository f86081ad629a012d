namespace Reuseportd.Hosting;

/// <summary>A unit of the service manager. Pure.</summary>
/// <param name="Name">As systemctl(1) takes it.</param>
/// <param name="IsOfUser">True if a user's service manager runs it.</param>
internal sealed record OwnUnit(string Name, bool IsOfUser)
{
    private const string Suffix = ".service";

    /// <summary>The unit of a process; null if it is in none.</summary>
    /// <param name="membership">
    /// Content of <c>/proc/PID/cgroup</c>. The unit's group is in the unified hierarchy and in that of the name "systemd".
    /// </param>
    public static OwnUnit? Find(string membership)
    {
        foreach (var line in membership.Split('\n'))
        {
            if (line.Split(':', 3) is not [_, "" or "name=systemd", var path]) continue;
            var parts = path.Split('/');
            var last = Array.FindLastIndex(parts, part => part.EndsWith(Suffix, StringComparison.Ordinal));
            if (last < 0) continue;
            // systemd puts a '_' before names that a file of the kernel could have.
            return new OwnUnit(parts[last].TrimStart('_'), parts[..last].Any(IsUserManager));
        }

        return null;
    }

    private static bool IsUserManager(string part) =>
        part.StartsWith("user@", StringComparison.Ordinal) && part.EndsWith(Suffix, StringComparison.Ordinal);
}
