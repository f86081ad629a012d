using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;

namespace Reuseportd.Configuration.Reading;

/// <summary>
/// A map that is being read. Known keys are those of its shape; a reader cannot ask for others. Keys that begin with <c>x-</c>
/// are ignored.
/// </summary>
internal sealed class Section
{
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly List<(string Key, string Why, Place Place)> required = [];
    private readonly Shape.Map shape;
    private readonly Findings findings;
    private readonly int errorsBefore;

    public Section(MapNode map, string path, Shape.Map shape, Findings findings)
    {
        (Path, this.shape, this.findings) = (path, shape, findings);
        errorsBefore = findings.ErrorCount;
        foreach (var fault in map.Faults)
            findings.Error(fault.Place, fault.Key.Length == 0 ? path : Join(fault.Key), fault.Message);
        foreach (var entry in map.Entries)
        {
            if (!entry.Key.Text.StartsWith("x-", StringComparison.Ordinal)) entries.Add(entry.Key.Text, entry);
        }
    }

    public string Path { get; }

    /// <summary>True if no error was reported in this map, so that its values can be compared with each other.</summary>
    public bool IsSound => findings.ErrorCount == errorsBefore;

    /// <summary>Every entry, for a map whose keys are names that the user chooses.</summary>
    public IEnumerable<(string Name, Field Field)> All => entries.Keys.Select(key => (key, Look(key)!.Value));

    public Field? Find(Key key) => Find(key.Name);

    public Field? Find(string key) =>
        shape.Has(key) ? Look(key) : throw new ArgumentException($"'{key}' is not in the shape of this section", nameof(key));

    /// <summary>
    /// Finds a required key. <see cref="RejectUnknown"/> reports a missing key, unless the map has a misspelt one.
    /// </summary>
    /// <param name="place">Place for the report.</param>
    public Field? Require(Key key, string accepts, Place place)
    {
        var field = Find(key);
        if (field is null) required.Add((key.Name, $"accepts {accepts}", place));
        return field;
    }

    public void Missing(string key, string why, Place place) => findings.Error(place, Join(key), $"required but missing; {why}");

    /// <param name="elsewhere">Tells where a known key of another section belongs.</param>
    public void RejectUnknown(Func<string, string?>? elsewhere = null)
    {
        string? all = null;
        var meant = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in entries.Keys.Where(key => !shape.Has(key)))
        {
            var known = shape.Keys.Select(one => one.Name).ToArray();
            var nearest = elsewhere?.Invoke(key) ?? Spelling.Nearest(key, known);
            if (nearest is not null) meant.Add(nearest);
            all ??= string.Join(", ", known.Order(StringComparer.Ordinal));
            var hint = nearest is not null ? $"did you mean '{nearest}'?" : $"known keys: {all}";
            findings.Error(entries[key].Key.Place, Join(key), $"unknown key; {hint}");
        }

        foreach (var (key, why, place) in required.Where(one => !meant.Contains(one.Key))) Missing(key, why, place);
    }

    private Field? Look(string key) =>
        entries.TryGetValue(key, out var entry) ? new Field(entry.Value, entry.Key.Place, Join(key), findings) : null;

    private string Join(string key) => Path.Length == 0 ? Printable.Key(key) : $"{Path}.{Printable.Key(key)}";
}
