using Reuseportd.Configuration.Reading;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>The limits of setrlimit(2) as keys. <c>nice</c> is the niceness; RLIMIT_NICE is the key <c>rlimit_nice</c>.</summary>
internal static class ResourceKeys
{
    /// <summary>Resources that count bytes.</summary>
    public static readonly IReadOnlySet<string> InBytes =
        new HashSet<string>(StringComparer.Ordinal) { "fsize", "data", "stack", "core", "rss", "memlock", "as", "msgqueue" };

    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["cpu"] = "CPU time in seconds",
        ["fsize"] = "size of a file that the worker writes",
        ["data"] = "memory for data",
        ["stack"] = "stack",
        ["core"] = "size of a core dump; 0 for none",
        ["rss"] = "resident memory; Linux ignores it",
        ["nproc"] = "processes and threads of the user",
        ["nofile"] = "open files: the highest descriptor number plus one",
        ["memlock"] = "locked memory",
        ["as"] = "address space",
        ["locks"] = "file locks; Linux ignores it",
        ["sigpending"] = "pending signals",
        ["msgqueue"] = "bytes in POSIX message queues",
        ["nice"] = "how far the niceness may be lowered: 20 less the niceness",
        ["rtprio"] = "real-time priority",
        ["rttime"] = "microseconds of real-time CPU without a blocking call",
    };

    public static readonly IReadOnlyList<Key> All = [.. ResourceLimit.Names.Select(KeyFor)];

    public static string NameOf(string resource) => resource == "nice" ? "rlimit_nice" : resource;

    private static Key KeyFor(string resource)
    {
        Shape number = InBytes.Contains(resource)
            ? new Shape.Size(0, ResourceLimit.Infinity - 1)
            : new Shape.AnyOf(new Shape.Integer(0, int.MaxValue), new Shape.Text("^[0-9]+$", OrNumber: true));
        return new Key(
            NameOf(resource), new Shape.AnyOf(number, new Shape.Choice(["infinity"])),
            $"RLIMIT_{resource.ToUpperInvariant()} of setrlimit(2), soft and hard: {Meanings[resource]}.");
    }
}
