using System.Globalization;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>The daemon's limits; a worker's limit cannot exceed them without CAP_SYS_RESOURCE (setrlimit(2)).</summary>
internal static unsafe class ResourceLimits
{
    private const string MostDescriptors = "fs.nr_open";

    /// <summary>The obstacle to a limit, such as <c>the hard limit is 4096</c>; null if there is none.</summary>
    public static string? BarrierTo(ResourceLimit limit)
    {
        var resource = Array.IndexOf([.. ResourceLimit.Names], limit.Name);
        LimitPair own;
        if (resource < 0 || Libc.GetLimit(resource, &own) != 0) return null;
        // No capability allows a limit beyond this one.
        if (resource == Libc.LimitOfDescriptors && Most() is { } most && limit.Value > most)
            return Text($"{MostDescriptors} is", most);
        return limit.Value > own.Hard ? Text("the hard limit is", own.Hard) : null;
    }

    private static string Text(string what, ulong number) => string.Create(CultureInfo.InvariantCulture, $"{what} {number}");

    private static ulong? Most() =>
        ulong.TryParse(Sysctl.Read(MostDescriptors), NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
}
