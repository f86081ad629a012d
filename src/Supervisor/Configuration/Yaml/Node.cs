using Reuseportd.Configuration.Text;

namespace Reuseportd.Configuration.Yaml;

/// <summary>A YAML value. An alias is the node of its anchor, so trees may share nodes.</summary>
/// <param name="Place">Place of the value.</param>
/// <param name="Size">Number of nodes in the value; a shared node counts for each use.</param>
/// <param name="Height">Levels of nesting in the value; 1 for a scalar.</param>
internal abstract class Node(Place place, int size, int height)
{
    public Place Place { get; } = place;

    public int Size { get; } = size;

    public int Height { get; } = height;

    /// <summary>The value in error messages.</summary>
    public abstract string Description { get; }
}

/// <param name="plain">Written without quotes; only such a scalar may be null.</param>
internal sealed class ScalarNode(Place place, string text, bool plain) : Node(place, size: 1, height: 1)
{
    public string Text { get; } = text;

    public bool IsPlain { get; } = plain;

    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    public override string Description => IsNull ? "nothing" : $"'{Printable.Text(Text)}'";
}

internal sealed class ListNode(Place place, IReadOnlyList<Node> items)
    : Node(place, 1 + items.Sum(item => item.Size), 1 + items.Select(item => item.Height).DefaultIfEmpty().Max())
{
    public IReadOnlyList<Node> Items { get; } = items;

    public override string Description => "a list";
}

/// <param name="entries">Own entries, then those merged by <c>&lt;&lt;</c>; keys are unique.</param>
/// <param name="faults">Errors of the map itself: a duplicate key, a key that is not text.</param>
internal sealed class MapNode(Place place, IReadOnlyList<Entry> entries, IReadOnlyList<Fault> faults, bool flow)
    : Node(
        place,
        1 + entries.Sum(entry => 1 + entry.Value.Size),
        1 + entries.Select(entry => entry.Value.Height).DefaultIfEmpty().Max())
{
    public IReadOnlyList<Entry> Entries { get; } = entries;

    public IReadOnlyList<Fault> Faults { get; } = faults;

    /// <summary>YAML parses an unquoted <c>{worker}</c> as a map with one key and no value.</summary>
    public override string Description => flow && Entries is [{ Value: ScalarNode { IsNull: true } }]
        ? "a map; text that begins with '{' must be quoted"
        : "a map";
}

internal readonly record struct Entry(ScalarNode Key, Node Value);

/// <param name="Key">Key in the map; may be empty.</param>
internal readonly record struct Fault(Place Place, string Key, string Message);
