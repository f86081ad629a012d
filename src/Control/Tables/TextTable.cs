using System.Text;

namespace Reuseportd.Control;

/// <summary>Rows in columns; pure.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>Less than this of a text says nothing.</summary>
    private const int LeastWidth = 6;

    /// <param name="rows">The header is the first; all of one length.</param>
    /// <param name="width">Characters that a line may have; a cell that has to be cut for it ends in <c>~</c>.</param>
    /// <param name="flexible">Columns that may be cut, the first to be cut first.</param>
    public static string Of(IReadOnlyList<Cell[]> rows, int width = int.MaxValue, params ReadOnlySpan<int> flexible)
    {
        var widths = new int[rows[0].Length];
        foreach (var row in rows)
            for (var column = 0; column < row.Length; column++) widths[column] = Math.Max(widths[column], row[column].Text.Length);
        var over = (long)widths.Sum() + Gap.Length * (widths.Length - 1) - width;
        foreach (var column in flexible)
        {
            var cut = (int)Math.Clamp(widths[column] - LeastWidth, 0, Math.Max(0, over));
            widths[column] -= cut;
            over -= cut;
        }

        var text = new StringBuilder();
        foreach (var row in rows) Append(text, row, widths);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Cell[] row, int[] widths)
    {
        var last = Array.FindLastIndex(row, cell => cell.Text.Length > 0);
        for (var column = 0; column <= last; column++)
        {
            var (shown, colour) = row[column];
            if (shown.Length > widths[column]) shown = $"{shown.AsSpan(0, widths[column] - 1)}~";
            if (colour is null) text.Append(shown);
            else text.Append("\e[").Append(colour).Append('m').Append(shown).Append("\e[0m");
            if (column < last) text.Append(' ', widths[column] - shown.Length).Append(Gap);
        }

        text.Append('\n');
    }
}
