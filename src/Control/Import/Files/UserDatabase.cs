using System.Globalization;
using System.Runtime.InteropServices;

namespace Reuseportd.Control.Import.Files;

/// <summary>The users and groups of this host, by name or number, as the daemon looks them up.</summary>
internal static partial class UserDatabase
{
    public static bool HasUser(string name) => UserByName(name) != 0 || (Number(name) is { } id && UserByNumber(id) != 0);

    /// <summary>The daemon takes the number of a group that has no name.</summary>
    public static bool HasGroup(string name) => GroupByName(name) != 0 || Number(name) is not null;

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint UserByName(string name);

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial nint UserByNumber(uint number);

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GroupByName(string name);
}
