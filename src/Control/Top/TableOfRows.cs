using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

/// <summary>The titles of the columns and the visible rows; pure.</summary>
internal static class TableOfRows
{
    private const string Indent = "  ";
    private const int LeastOfText = 8;
    private const int WideScreen = 110;

    public static IEnumerable<Cell[]> Of(TopState state)
    {
        var columns = Columns.Served(state.Rows, state.Size.Columns);
        var gap = new string(' ', state.Size.Columns < WideScreen ? 1 : 2);
        var widths = Widths(state, columns, gap.Length);
        var titles = columns.Select((column, at) => Padded(column, Title(column, state.Order), widths[at]));
        yield return [new(string.Join(gap, titles).PadRight(state.Size.Columns), Style.Title)];
        var visible = state.Rows.Skip(state.First).Take(Layout.TableRows(state)).Index();
        foreach (var (index, row) in visible) yield return Cells(state, row, index + state.First == state.Index);

        Cell[] Cells(TopState shown, Row row, bool isChosen)
        {
            var cells = columns.Select((column, at) => new Cell(
                Padded(column, Text(column, row), widths[at]) + (at < widths.Length - 1 ? gap : ""),
                StyleOf(shown, column, row))).ToArray();
            return isChosen
                ? [new(string.Concat(cells.Select(cell => cell.Text)).PadRight(shown.Size.Columns), Style.Reverse)]
                : cells;
        }
    }

    /// <summary>Values that are old are faint.</summary>
    private static string? StyleOf(TopState state, ColumnOfTable column, Row row)
    {
        if (state.Problem is not null) return Style.Faint;
        if (row.Worker is null) return Style.Bold;
        return column.Column == Column.State ? Colours.OfState(row.State) : null;
    }

    /// <summary>Names get the room that the longest of them needs, binds the rest.</summary>
    private static int[] Widths(TopState state, IReadOnlyList<ColumnOfTable> columns, int gap)
    {
        var rest = state.Size.Columns - columns.Sum(column => column.Width) - gap * (columns.Count - 1);
        var longest = state.Rows.Select(row => row.Name.Length + (row.IsIndented ? Indent.Length : 0))
            .Append(LeastOfText).Max();
        var names = Math.Max(LeastOfText, Math.Min(longest, rest - LeastOfText));
        return
        [
            .. columns.Select(column =>
                column.Width > 0 ? column.Width
                : column.Column == Column.Worker ? names
                : Math.Max(LeastOfText, rest - names)),
        ];
    }

    private static string Text(ColumnOfTable column, Row row) =>
        (row.IsIndented && column.Column == Column.Worker ? Indent : "") + column.Text(row);

    /// <summary>The sign is that of ps(1): <c>+</c> for ascending, <c>-</c> for descending.</summary>
    private static string Title(ColumnOfTable column, Order order)
    {
        if (column.Column != order.Column) return column.Title;
        return column.Title + (order.IsReversed == (column.Number is null) ? '-' : '+');
    }

    private static string Padded(ColumnOfTable column, string text, int width)
    {
        var cut = TextTable.Cut(text, width, isName: column.Column == Column.Worker);
        return column is { Number: not null, Column: not Column.State } ? cut.PadLeft(width) : cut.PadRight(width);
    }
}
