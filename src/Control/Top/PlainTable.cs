using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Top;

/// <summary>All rows as a text, for a pipe or a file; pure.</summary>
internal static class PlainTable
{
    public static string Format(StatusDocument status, Rates rates, Order order)
    {
        var rows = Rows.Of(Rows.All(status, rates), order: order);
        var columns = Columns.Served(rows);
        Cell[][] cells =
        [
            [.. columns.Select(column => (Cell)column.Title)],
            .. rows.Select(row => columns.Select(column => (Cell)Shown.Harmless(column.Text(row))).ToArray()),
        ];
        return TextTable.Format(cells);
    }
}
