using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>A service with the keys of the service that it extends, if that one is in the same file.</summary>
internal static class Extended
{
    private const string Key = "extends";

    /// <summary>Services that extend services; a longer chain is a cycle.</summary>
    private const int LongestChain = 16;

    /// <summary>Keys of which both values hold, that of the extended service first.</summary>
    private static readonly string[] Both =
    [
        "cap_add", "cap_drop", "depends_on", "devices", "dns", "dns_search", "env_file", "environment", "expose", "group_add",
        "labels", "ports", "security_opt", "tmpfs", "volumes",
    ];

    /// <returns>The service itself if it extends none, or none that is in the file.</returns>
    public static MapNode Resolve(MapNode service, MapNode services, int left = LongestChain)
    {
        if (Name(service) is not { } name || left == 0 || services.Find(name) is not MapNode extended) return service;
        var first = Resolve(extended, services, left - 1);
        // The chain is too long, or goes on in another file.
        if (first.Find(Key) is not null) return service;
        return new MapNode(
            service.Place, Merged(first.Entries, [.. service.Entries.Where(entry => entry.Key.Text != Key)]), [], flow: false);
    }

    /// <returns>The name of the extended service; null if there is none, or if it is in another file.</returns>
    public static string? Name(MapNode service) => service.Find(Key) switch
    {
        ScalarNode text => text.Text(),
        MapNode map when map.Find("file") is null => map.Find("service").Text(),
        _ => null,
    };

    private static List<Entry> Merged(IReadOnlyList<Entry> first, IReadOnlyList<Entry> second)
    {
        var merged = new List<Entry>(first);
        foreach (var entry in second)
        {
            var at = Both.Contains(entry.Key.Text) ? -1 : merged.FindIndex(other => other.Key.Text == entry.Key.Text);
            if (at < 0) merged.Add(entry);
            else if (merged[at].Value is MapNode one && entry.Value is MapNode two)
                merged[at] = new Entry(entry.Key, new MapNode(two.Place, Merged(one.Entries, two.Entries), [], flow: false));
            else merged[at] = entry;
        }

        return merged;
    }
}
