using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Top;

internal enum Grouping
{
    Workers,
    ServicesAndWorkers,
    Services,
}

/// <summary>The order of the rows.</summary>
/// <param name="IsReversed">Of numbers: smallest first.</param>
internal readonly record struct Order(Column Column, bool IsReversed = false);

/// <summary>Chooses and sorts the rows of a table; pure.</summary>
internal static class Rows
{
    /// <summary>A row for each worker.</summary>
    public static IReadOnlyList<Row> All(StatusDocument status, Rates rates) =>
        [.. status.Workers.Select(worker => Row.From(worker, rates))];

    /// <param name="filter">
    /// Words that a worker must have in its name, state, pid, binds, detail or last line; in upper or lower case.
    /// </param>
    public static IReadOnlyList<Row> Of(
        IReadOnlyList<Row> all, string filter = "", Order order = default, Grouping grouping = Grouping.Workers)
    {
        var words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var rows = all.Where(row => words.All(word => Has(row, word)));
        if (grouping == Grouping.Workers) return [.. Sorted(rows, order)];
        var services = rows.GroupBy(row => row.Worker!.Service)
            .ToDictionary(service => service.Key, service => service.ToArray());
        var sums = Sorted(services.Select(service => Row.Sum(service.Key, service.Value)), order);
        return grouping == Grouping.Services
            ? [.. sums]
            : [
                .. sums.SelectMany(sum => Sorted(services[sum.Name], order).Select(row => row with { IsIndented = true })
                    .Prepend(sum)),
            ];
    }

    /// <summary>Rows that are equal keep the daemon's order: by service and number. Missing values come last.</summary>
    private static IEnumerable<Row> Sorted(IEnumerable<Row> rows, Order order)
    {
        var column = Columns.Of(order.Column);
        if (column is { Column: Column.Worker }) return order.IsReversed ? rows.Reverse() : rows;
        if (column.Number is { } number)
        {
            var present = rows.OrderBy(row => number(row) is null);
            return order.IsReversed ? present.ThenBy(number) : present.ThenByDescending(number);
        }

        return order.IsReversed
            ? rows.OrderByDescending(column.Text, StringComparer.Ordinal)
            : rows.OrderBy(column.Text, StringComparer.Ordinal);
    }

    private static bool Has(Row row, string word)
    {
        var worker = row.Worker!;
        return Contains(worker.Name) || Contains(worker.State) || Contains(row.Bind) || Contains(worker.Detail)
            || Contains(worker.LastLine) || Contains(worker.Pid is { } pid ? Shown.Number(pid) : null);

        bool Contains(string? text) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
    }
}
