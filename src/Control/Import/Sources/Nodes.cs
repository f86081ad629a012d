using System.Globalization;
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
