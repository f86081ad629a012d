using System.Globalization;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Top;

/// <summary>A column of the table.</summary>
/// <param name="Word">As in <c>--sort</c>.</param>
/// <param name="Key">The key that sorts by the column.</param>
/// <param name="Width">Characters; 0 for a column that takes the remaining room.</param>
/// <param name="Number">The order of numbers, greatest first; null for an order of texts.</param>
internal sealed record ColumnOfTable(
    Column Column, string Title, string Word, char Key, int Width, Func<Row, string> Text, Func<Row, double?>? Number = null)
{
    /// <summary>True if the daemon may not report the values: the column is then left out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Columns of the narrowest screen that has room for the column.</summary>
    public int LeastScreen { get; init; }
}

/// <summary>All columns, from left to right; pure.</summary>
internal static class Columns
{
    public static readonly IReadOnlyList<ColumnOfTable> All =
    [
        new(Column.Worker, "WORKER", "worker", 'n', 0, row => row.Name),
        new(Column.State, "STATE", "state", 's', 9, row => row.State, Severity),
        new(Column.Pid, "PID", "pid", 'p', 7, row => Number(row.Worker?.Pid), row => row.Worker?.Pid),
        new(Column.Uptime, "UPTIME", "uptime", 'u', 7, row => Shown.Duration(row.Worker?.Uptime), row => row.Worker?.Uptime),
        new(Column.Restarts, "RESTARTS", "restarts", 't', 9, row => Shown.Number(row.Restarts), row => row.Restarts),
        new(Column.Cpu, "CPU", "cpu", 'c', 5, row => Shown.Percent(row.Cpu), row => row.Cpu),
        new(Column.Memory, "MEM", "memory", 'm', 6, row => Shown.Bytes(row.Memory), row => row.Memory),
        new(Column.Connections, "CONN", "connections", 'o', 6, row => Number(row.Connections), row => row.Connections)
        {
            IsOptional = true,
        },
        new(Column.NewConnections, "NEW/S", "new", 'w', 6, row => Number(row.NewConnections), row => row.NewConnections)
        {
            IsOptional = true,
        },
        new(Column.Queue, "QUEUE", "queue", 'a', 9, row => row.Queue is { } queue ? $"{queue}/{row.QueueLimit}" : Shown.Nothing,
            row => row.Queue)
        {
            IsOptional = true, LeastScreen = 92,
        },
        new(Column.Bind, "BIND", "bind", 'b', 0, row => row.Bind),
    ];

    private static readonly string[] FromHarmless =
        ["ready", "stopped", "draining", "stopping", "starting", "waiting", "backoff", "failed"];

    public static ColumnOfTable Of(Column column) => All[(int)column];

    /// <summary>The columns for which the daemon reports values, and the screen has room.</summary>
    /// <param name="screen">Columns of the screen.</param>
    public static IReadOnlyList<ColumnOfTable> Served(IReadOnlyCollection<Row> rows, int screen = int.MaxValue) =>
    [
        .. All.Where(column => column.LeastScreen <= screen
                               && (!column.IsOptional || rows.Any(row => column.Number!(row) is not null))),
    ];

    /// <summary>Workers that do not serve come first.</summary>
    private static double? Severity(Row row) => Array.IndexOf(FromHarmless, row.State);

    private static string Number(double? number) =>
        number?.ToString("0", CultureInfo.InvariantCulture) ?? Shown.Nothing;
}
