using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

/// <summary>The keys; pure.</summary>
internal static class HelpView
{
    private const int KeyWidth = 22;

    private static readonly (string Keys, string Meaning)[] Rows =
    [
        ("Up Down, j k", "previous or next row; PageUp, PageDown, Home and End, too"),
        ("Left Right, < >", "sort by the previous or next column"),
        (
            string.Join(' ', Columns.All.Select(column => column.Key)),
            $"sort by {string.Join(", ", Columns.All.Take(5).Select(column => column.Word))},"),
        ("", $"{string.Join(", ", Columns.All.Skip(5).Select(column => column.Word))}; again: reverse"),
        ("r", "reverse the order"),
        ("/", "only rows with these words: a service (web@), a state"),
        ("g", "workers; workers below their services; services only"),
        ("Enter", "details of a worker, or the workers of a service"),
        ("e", "show or hide the newest events; times are in UTC"),
        ("Esc", "back; clears the filter"),
        ("Space", "refresh now"),
        ("Ctrl-L, Ctrl-Z", "draw the screen anew; suspend"),
        ("q, Ctrl-C", "quit"),
    ];

    public static IEnumerable<Cell[]> Of() =>
    [
        [new("KEYS", Style.Bold)],
        .. Rows.Select(row => (Cell[])[new(row.Keys.PadRight(KeyWidth), Style.Bold), row.Meaning]),
        [],
        ["CPU: percent of one processor since the last refresh. MEM: resident memory."],
        ["CONN, NEW/S: open and new connections, if the kernel counts them."],
        ["QUEUE: connections that wait, and the most that may; on wide screens."],
        ["RESTARTS: processes that were started because the process before had ended."],
        ["BIND: ports that the worker serves, and failed binds with their error."],
    ];
}
