using System.Text;

namespace Reuseportd.Control.Output;

/// <summary>Aligns rows in columns; pure.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>Fewer characters of a text are not readable.</summary>
    private const int LeastWidth = 6;

    /// <summary>Fewer characters of a name do not show its first letter and its number.</summary>
    private const int LeastName = 7;

    /// <param name="rows">The header comes first; all rows have one length.</param>
    /// <param name="width">
    /// Most characters of a line; a shortened cell has a <c>~</c> for the missing part.
    /// </param>
    /// <param name="flexible">Columns that may be shortened, in this order.</param>
    public static string Format(IReadOnlyList<Cell[]> rows, int width = Screen.Endless, params ReadOnlySpan<Flexible> flexible)
    {
        var widths = new int[rows[0].Length];
        foreach (var row in rows)
            for (var column = 0; column < row.Length; column++)
                widths[column] = Math.Max(widths[column], row[column].Text.Length);
        var over = (long)widths.Sum() + Gap.Length * (widths.Length - 1) - width;
        var names = new bool[widths.Length];
        foreach (var (column, isName) in flexible)
        {
            names[column] = isName;
            var cut = (int)Math.Clamp(widths[column] - (isName ? LeastName : LeastWidth), 0, Math.Max(0, over));
            if (cut == 0 || (isName && !StayDistinct(rows, column, widths[column] - cut))) continue;
            widths[column] -= cut;
            over -= cut;
        }

        var text = new StringBuilder();
        foreach (var row in rows) Append(text, row, widths, names);
        return text.ToString();
    }

    private static bool StayDistinct(IReadOnlyList<Cell[]> rows, int column, int width)
    {
        var whole = rows.Select(row => row[column].Text).ToHashSet();
        return whole.Select(name => Cut(name, width, isName: true)).Distinct().Count() == whole.Count;
    }

    /// <summary>A shortened text has a <c>~</c> for the missing part.</summary>
    public static string Cut(string text, int width, bool isName)
    {
        if (text.Length <= width) return text;
        // Of a worker's name, keep at least the number.
        var tail = isName
            ? Math.Min(width - 2, Math.Max((width - 1) * 2 / 3, text.Length - Math.Max(0, text.LastIndexOf('@'))))
            : 0;
        return $"{text.AsSpan(0, width - 1 - tail)}~{text.AsSpan(text.Length - tail)}";
    }

    private static void Append(StringBuilder text, Cell[] row, int[] widths, bool[] names)
    {
        var last = Array.FindLastIndex(row, cell => cell.Text.Length > 0);
        for (var column = 0; column <= last; column++)
        {
            var shown = Cut(row[column].Text, widths[column], names[column]);
            if (row[column].Colour is not { } colour) text.Append(shown);
            else text.Append("\e[").Append(colour).Append('m').Append(shown).Append("\e[0m");
            if (column < last) text.Append(' ', widths[column] - shown.Length).Append(Gap);
        }

        text.Append('\n');
    }
}
