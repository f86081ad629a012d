using Reuseportd.Linux.Files;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// <c>net.ipv4.tcp_migrate_req</c> (Linux 5.14) of this network namespace: whether a listener that closes hands its queue on to
/// others of its group, instead of resetting the connections. The kernel looks at it when a listener closes; a group whose
/// program chooses the target does not need it.
/// </summary>
internal static class MigrationSetting
{
    private const string Name = "net.ipv4.tcp_migrate_req";

    /// <summary>Null where this kernel has no such setting.</summary>
    public static bool? Read() => Sysctl.Read(Name) is { } value ? value != "0" : null;

    public static bool IsOn => Read() == true;

    /// <summary>Turns it on where it is off, if that is not for somebody else to decide.</summary>
    /// <returns>What there is to be said.</returns>
    public static MigrationOutcome Provide(bool mayChange = true)
    {
        if (Read() is not { } isOn) return new MigrationOutcome(IsOn: false, Changed: false, Errno.NotFound);
        if (isOn) return new MigrationOutcome(IsOn: true, Changed: false, Errno.None);
        if (!mayChange) return new MigrationOutcome(IsOn: false, Changed: false, Errno.None);
        var errno = Sysctl.Write(Name, "1");
        return new MigrationOutcome(errno == Errno.None, Changed: errno == Errno.None, errno);
    }
}

/// <param name="Changed">It was off.</param>
/// <param name="Errno">
/// Why it is off: none where it was not to be changed, ENOENT before Linux 5.14, EACCES or EROFS where it may not be written.
/// </param>
internal readonly record struct MigrationOutcome(bool IsOn, bool Changed, Errno Errno);
