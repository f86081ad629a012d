namespace EndToEnd.Tests.Controllers;

/// <summary>The delegation of a control group to a daemon, as docs/guide/limits-and-users.md describes it.</summary>
public enum Delegation
{
    /// <summary>By the mark that systemd's <c>Delegate=</c> sets.</summary>
    Marked,

    /// <summary>As all that the daemon's cgroup namespace shows.</summary>
    Container,

    /// <summary>As an ordinary user's own.</summary>
    User,
}

internal static class Delegations
{
    private const int User = 1000;

    /// <summary>Commands that root runs when the group exists.</summary>
    /// <param name="folder">The directory of the daemon's control socket.</param>
    public static string Prepare(this Delegation delegation, string group, string folder) => delegation switch
    {
        Delegation.Marked => $"setfattr -n user.delegate -v 1 {group}",
        Delegation.User => $"chown {User} {folder} {group} {group}/cgroup.procs {group}/cgroup.subtree_control",
        _ => ":",
    };

    /// <summary>A command that becomes the daemon, run by root in the group.</summary>
    public static string Run(this Delegation delegation, string daemon) => delegation switch
    {
        Delegation.Container =>
            $"unshare --cgroup --mount sh -c 'umount {InitScript.Groups} && mount -t cgroup2 cgroup2 {InitScript.Groups}"
            + $" && exec {daemon}'",
        Delegation.User => $"setpriv --reuid {User} --regid {User} --clear-groups {daemon}",
        _ => daemon,
    };
}
