using Reuseportd.Configuration.Text;

namespace Reuseportd.Configuration.Yaml;

/// <summary>
/// Collects the entries of one map. A merge key <c>&lt;&lt;</c> takes a map or a list of maps (yaml.org/type/merge). Keys of the
/// map itself win over merged keys, and an earlier map of the list wins over a later map.
/// </summary>
internal sealed class MapBuilder(Place place, bool flow)
{
    private readonly List<Entry> entries = [];
    private readonly List<Fault> faults = [];
    private readonly Dictionary<string, Place> written = new(StringComparer.Ordinal);
    private Node? merged;

    public void Add(Node key, Node value)
    {
        if (key is not ScalarNode name)
            faults.Add(new Fault(key.Place, "", $"a key is text, not {key.Description}"));
        else if (name is { IsPlain: true, Text: "" })
            faults.Add(new Fault(key.Place, "", "a key is missing before ':'"));
        else if (!written.TryAdd(name.Text, name.Place))
            faults.Add(new Fault(key.Place, name.Text, $"duplicate key; the first is at {written[name.Text]}"));
        else if (name is { IsPlain: true, Text: "<<" })
            merged = value;
        else
            entries.Add(new Entry(name, value));
    }

    public MapNode Build()
    {
        switch (merged)
        {
            case MapNode map:
                Merge(map);
                break;
            case ListNode list:
                foreach (var item in list.Items)
                {
                    if (item is MapNode map) Merge(map);
                    else Refuse(item);
                }

                break;
            case not null:
                Refuse(merged);
                break;
        }

        return new MapNode(place, entries, faults, flow);
    }

    private void Merge(MapNode map)
    {
        faults.AddRange(map.Faults);
        foreach (var entry in map.Entries)
        {
            if (written.TryAdd(entry.Key.Text, entry.Key.Place)) entries.Add(entry);
        }
    }

    private void Refuse(Node value) =>
        faults.Add(new Fault(value.Place, "<<", $"accepts a map or a list of maps to merge, not {value.Description}"));
}
