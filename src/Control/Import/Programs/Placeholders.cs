using System.Globalization;
using System.Text;

namespace Reuseportd.Control.Import.Programs;

/// <summary>The placeholders of the configuration: <c>{worker}</c>, <c>{8000+worker}</c>, and <c>{{</c> for a brace.</summary>
internal static class Placeholders
{
    private const string Worker = "{worker}";

    private const string PlusWorker = "+worker}";

    /// <summary>A text without placeholders, for a key that has them.</summary>
    public static string Escape(string text) => text.Replace("{", "{{", StringComparison.Ordinal);

    public static string Unescape(string text) => text.Replace("{{", "{", StringComparison.Ordinal);

    public static bool HasAny(string text) =>
        text.Replace("{{", "", StringComparison.Ordinal).Contains('{', StringComparison.Ordinal);

    /// <summary>The number of a worker, counted from <paramref name="start"/>.</summary>
    public static string Number(long start) =>
        start == 0 ? Worker : string.Create(CultureInfo.InvariantCulture, $"{{{start}{PlusWorker}");

    /// <summary>
    /// Appends the number of a worker. Digits before it become part of it: <c>80</c> and two digits are <c>{8000+worker}</c>.
    /// </summary>
    /// <param name="width">Least number of digits, with leading zeros.</param>
    /// <returns>False if leading zeros are lost.</returns>
    public static bool AppendNumber(StringBuilder text, int start, int width, int workers)
    {
        var last = (long)start + workers - 1;
        var digits = Math.Max(width, Digits(last));
        var power = (long)Math.Pow(10, Math.Min(digits, 6));
        var isFixed = last < power && (width == digits || Digits(start) == digits);
        var from = text.Length;
        while (from > 0 && char.IsAsciiDigit(text[from - 1]) && text.Length - from < 5) from--;
        while (from < text.Length && text[from] == '0') from++;
        if (isFixed && from < text.Length && long.Parse(text.ToString(from, text.Length - from), null) is var before
            && before * power + last <= int.MaxValue)
        {
            text.Length = from;
            text.Append(Number(before * power + start));
            return true;
        }

        // With at most ten workers, the zeros are always the same.
        if (width > 1 && last < 10) text.Append('0', width - 1);
        text.Append(Number(start));
        return width <= 1 || last < 10;
    }

    private static int Digits(long number) => number.ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>The text without placeholders, and without what separates them from it.</summary>
    public static string Without(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '{')
            {
                plain.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '{')
            {
                plain.Append('{');
                at++;
            }
            else
            {
                at = text.IndexOf('}', at) is var end and >= 0 ? end : text.Length;
                while (plain.Length > 1 && plain[^1] is '-' or '_' or '.' or '0') plain.Length--;
                // A name that was the number only.
                if (plain.Length > 0 && plain[^1] == '/') plain.Append("all");
            }
        }

        return plain.ToString();
    }

    /// <param name="workers">Null if their number is not known.</param>
    /// <returns>First and last value of a text that is a number, or digits and a placeholder; null for others.</returns>
    public static (int First, int Last)? Range(string text, int? workers)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return (number, number);
        if (!text.StartsWith('{') || !text.EndsWith(PlusWorker, StringComparison.Ordinal)) return null;
        return workers is { } count
            && int.TryParse(text.AsSpan()[1..^PlusWorker.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            ? (first, (int)Math.Min(int.MaxValue, (long)first + count - 1))
            : null;
    }
}
