using System.Globalization;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads the ports to shard: <c>8080</c>, <c>[8080, 9000-9010]</c> or <c>any</c>.</summary>
internal static class Ports
{
    public const string Accepts = "ports and ranges such as [8080, 9000-9010], or any";

    public static readonly Shape.Integer One = new(1, 65535);

    /// <summary>The preload library stores no more.</summary>
    private const int MostRanges = 256;

    private const string AcceptsItem = "a port from 1 to 65535 or a range such as 9000-9010";

    public static readonly Shape Shape = new Shape.AnyOf(
        new Shape.Choice(["any"]),
        new Shape.List(new Shape.AnyOf(One, new Shape.Text("^[0-9]{1,5} *- *[0-9]{1,5}$")), OrOne: true, Least: 1, MostRanges));

    public static PortFilter? Read(Field field)
    {
        if (field.Node is ScalarNode { Text: "any" }) return PortFilter.Any;
        if (field.Items(Accepts, orOne: true) is not { } items) return null;
        if (items.Count is 0 or > MostRanges)
        {
            field.Error(items.Count == 0
                ? $"lists no port; accepts {Accepts}"
                : $"accepts at most {MostRanges} ports and ranges");
            return null;
        }

        var ranges = new List<PortRange>();
        var places = new Dictionary<PortRange, Place>();
        foreach (var item in items)
        {
            if (Range(item) is not { } range) continue;
            if (places.TryAdd(range, item.Node.Place)) ranges.Add(range);
            else item.Error($"{range} is listed twice; the first is at {places[range]}");
        }

        return ranges.Count == items.Count ? new PortFilter([.. ranges]) : null;
    }

    private static PortRange? Range(Field item)
    {
        if (item.Text(AcceptsItem) is not { } text) return null;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var (start, end) = dash < 0 ? (text, text) : (text[..dash].TrimEnd(), text[(dash + 1)..].TrimStart());
        if (Port(start) is { } first && Port(end) is { } last)
        {
            if (first <= last) return new PortRange(first, last);
            item.Error($"the range '{Printable.Text(text)}' ends before it begins");
        }
        else if (text == "any")
            item.Error("any cannot be an item of a list; write ports: any");
        else if (text == "0")
            item.Error("0 lets the kernel choose a port, a new one for each worker, so it cannot be sharded; "
                + $"accepts {AcceptsItem}");
        else
            item.Refuse(
                AcceptsItem + (text.Contains(',', StringComparison.Ordinal) ? "; write several as a list [80, 443]" : ""));
        return null;
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : null;
}
