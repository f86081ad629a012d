using Reuseportd.Linux.Files;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// <c>net.ipv4.tcp_migrate_req</c> (Linux 5.14) of this network namespace: whether a closing listener hands its queue to other
/// members instead of resetting the connections. The kernel reads it when a listener closes. A group whose program chooses the
/// target does not need it. Later releases of Linux 5.10 have the setting without its effect.
/// </summary>
internal static class MigrationSetting
{
    private const string Name = "net.ipv4.tcp_migrate_req";

    /// <summary>Null if this kernel has no such setting.</summary>
    public static bool? Read() => Sysctl.Read(Name) is { } value ? value != "0" : null;

    public static bool IsOn => Read() == true;

    /// <summary>Turns the setting on, unless <paramref name="mayChange"/> is false.</summary>
    /// <returns>The result, for the log.</returns>
    public static MigrationOutcome Provide(bool mayChange = true)
    {
        if (Read() is not { } isOn) return new MigrationOutcome(IsOn: false, Changed: false, Errno.NotFound);
        if (isOn) return new MigrationOutcome(IsOn: true, Changed: false, Errno.None);
        if (!mayChange) return new MigrationOutcome(IsOn: false, Changed: false, Errno.None);
        var errno = Sysctl.Write(Name, "1");
        return new MigrationOutcome(errno == Errno.None, Changed: errno == Errno.None, errno);
    }
}

/// <param name="Changed">The setting was off.</param>
/// <param name="Errno">
/// The reason why the setting is off: none if it must not be changed, ENOENT before Linux 5.14, EACCES or EROFS without access.
/// </param>
internal readonly record struct MigrationOutcome(bool IsOn, bool Changed, Errno Errno);
