using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Reuseportd.Control.Output;

/// <summary>Formats JSON as readable YAML: maps in blocks, lists of plain values in one line; pure.</summary>
internal static class YamlText
{
    public static string Format(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value, indent: 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement map, int indent)
    {
        foreach (var entry in map.EnumerateObject())
        {
            text.Append(' ', indent).Append(Scalar(entry.Name)).Append(':');
            if (entry.Value.ValueKind == JsonValueKind.Object && entry.Value.EnumerateObject().Any())
            {
                text.Append('\n');
                Append(text, entry.Value, indent + 2);
            }
            else
                text.Append(' ').Append(Flow(entry.Value)).Append('\n');
        }
    }

    private static string Flow(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Flow))}]",
        JsonValueKind.String => Scalar(value.GetString()!),
        // JSON is YAML.
        _ => value.GetRawText(),
    };

    /// <summary>Unquoted if YAML parses the text as nothing else; otherwise in double quotes.</summary>
    public static string Scalar(string text) => IsPlain(text) ? text : Quoted(text);

    /// <summary>YAML takes pairs of surrogates as characters only, and no control character.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\') quoted.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\n') quoted.Append("\\n");
            else if (rune.Value == '\t') quoted.Append("\\t");
            else if (rune.Value == '\r') quoted.Append("\\r");
            else if (IsPrintable(rune)) quoted.Append(rune.ToString());
            else quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value > char.MaxValue || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator);

    private static bool IsPlain(string text) => IsAmount(text) || IsWord(text);

    /// <summary>
    /// A number with its unit, such as <c>1h30m</c> or <c>64MiB</c>, but not YAML's other forms of numbers (<c>1e3</c>,
    /// <c>0x1f</c>).
    /// </summary>
    private static bool IsAmount(string text) =>
        text.Length > 1 && char.IsAsciiDigit(text[0]) && (text[^1] is 's' or 'm' or 'h' or 'd' or 'B')
        && text.All(c => char.IsAsciiDigit(c) || c is '.' or 's' or 'm' or 'h' or 'd' or 'K' or 'M' or 'G' or 'T' or 'i' or 'B');

    private static bool IsWord(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '@' or '+' or '=')
        && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N");
}
