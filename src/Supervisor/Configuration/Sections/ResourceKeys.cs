using Reuseportd.Configuration.Reading;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>
/// The limits of setrlimit(2) as keys. <c>nice</c> is the niceness; the limit of that name is <c>rlimit_nice</c>.
/// </summary>
internal static class ResourceKeys
{
    /// <summary>Those that count bytes.</summary>
    public static readonly IReadOnlySet<string> InBytes =
        new HashSet<string>(StringComparer.Ordinal) { "fsize", "data", "stack", "core", "rss", "memlock", "as", "msgqueue" };

    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["cpu"] = "CPU time in seconds",
        ["fsize"] = "size of a file that is written",
        ["data"] = "memory for data",
        ["stack"] = "stack",
        ["core"] = "size of a core dump; 0 for none",
        ["rss"] = "resident memory, which Linux does not hold to",
        ["nproc"] = "processes and threads of the user",
        ["nofile"] = "open files, counted as the highest descriptor and one",
        ["memlock"] = "locked memory",
        ["as"] = "address space",
        ["locks"] = "file locks, which Linux does not hold to",
        ["sigpending"] = "signals that wait",
        ["msgqueue"] = "bytes in POSIX message queues",
        ["nice"] = "how far the niceness may be lowered: 20 less the niceness",
        ["rtprio"] = "real-time priority",
        ["rttime"] = "microseconds of real-time CPU without a blocking call",
    };

    public static readonly IReadOnlyList<Key> All = [.. ResourceLimit.Names.Select(Of)];

    public static string NameOf(string resource) => resource == "nice" ? "rlimit_nice" : resource;

    private static Key Of(string resource)
    {
        Shape number = InBytes.Contains(resource)
            ? new Shape.Size(0, ResourceLimit.Infinity - 1)
            : new Shape.AnyOf(new Shape.Integer(0, int.MaxValue), new Shape.Text("^[0-9]+$", OrNumber: true));
        return new Key(
            NameOf(resource), new Shape.AnyOf(number, new Shape.Choice(["infinity"])),
            $"RLIMIT_{resource.ToUpperInvariant()} of setrlimit(2), soft and hard: {Meanings[resource]}.");
    }
}
