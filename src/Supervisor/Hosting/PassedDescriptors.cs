using System.Globalization;

namespace Reuseportd.Hosting;

/// <summary>The variables of sd_listen_fds_with_names(3). Pure.</summary>
internal static class PassedDescriptors
{
    public static readonly string[] Variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

    private const int First = 3; // SD_LISTEN_FDS_START

    /// <summary>Far more than the unit's store has room for.</summary>
    private const int Most = 4096;

    /// <summary>Numbers and names. Without a valid list of names, all names are empty.</summary>
    /// <param name="pid">Variables for another process do not count: a program inherits them from its parent.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static IEnumerable<(int Number, string Name)> Read(int pid, Func<string, string?> variable)
    {
        if (Number(variable("LISTEN_PID")) != pid || Number(variable("LISTEN_FDS")) is not (> 0 and <= Most and var count))
            return [];
        var names = variable("LISTEN_FDNAMES")?.Split(':');
        return Enumerable.Range(0, count).Select(index => (First + index, names?.Length == count ? names[index] : "")).ToArray();
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
