using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;

namespace Reuseportd.Control.Import.Sources;

/// <summary>Looks into trees of YAML and JSON.</summary>
internal static class Nodes
{
    public static Node? Find(this MapNode map, string key)
    {
        foreach (var entry in map.Entries)
        {
            if (entry.Key.Text == key) return entry.Value;
        }

        return null;
    }

    /// <summary>The text of a scalar; null for others and for null.</summary>
    public static string? Text(this Node? node) => node is ScalarNode { IsNull: false } scalar ? scalar.Text : null;

    /// <summary>The texts of a list, or of one text.</summary>
    public static IEnumerable<ScalarNode> Texts(this Node? node) => node switch
    {
        ScalarNode { IsNull: false } scalar => [scalar],
        ListNode list => list.Items.OfType<ScalarNode>().Where(item => !item.IsNull),
        _ => [],
    };

    /// <summary>Reports duplicate keys, and keys that are no texts, in all maps of a tree.</summary>
    public static void ReportFaults(this Node root, Findings findings)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var left = new Stack<Node>([root]);
        while (left.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            foreach (var item in node is ListNode list ? list.Items : []) left.Push(item);
            if (node is not MapNode map) continue;
            foreach (var fault in map.Faults) findings.Error(fault.Place, fault.Key, fault.Message);
            foreach (var entry in map.Entries) left.Push(entry.Value);
        }
    }

    /// <summary>A key and its value, for a remark.</summary>
    public static string Shown(this Entry entry) => $"{entry.Key.Text}: {entry.Value.Text() ?? entry.Value.Description}";

    /// <summary>True for nothing, and for a list or a map without entries.</summary>
    public static bool IsEmpty(this Node node) =>
        node is ScalarNode { IsNull: true } or ListNode { Items.Count: 0 } or MapNode { Entries.Count: 0 };

    public static bool IsTrue(this Node? node) => node.Text() is "true" or "True" or "TRUE" or "yes";

    public static long? Integer(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <param name="power">Of 1024.</param>
    public static long? Bytes(string number, int power) =>
        Decimal(number) is < 1_000_000_000_000_000 and var amount
            && amount * (1L << (10 * power)) is <= long.MaxValue and var bytes
            ? (long)bytes
            : null;

    public static decimal? Decimal(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
