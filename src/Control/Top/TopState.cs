using Reuseportd.Api.Contract;
using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

internal enum View
{
    Table,
    Worker,
    Help,
}

/// <summary>All that decides what the screen shows; immutable.</summary>
internal sealed record TopState(Size Size, Order Order = default)
{
    private const int MostEvents = 200;
    private const int MostLines = 1000;

    public StatusDocument? Status { get; init; }

    public Rates Rates { get; init; } = Rates.None;

    /// <summary>The reason why <see cref="Status"/> is old; null if it is new.</summary>
    public string? Problem { get; init; }

    public View View { get; init; }

    public Grouping Grouping { get; init; }

    /// <summary>See <see cref="Top.Rows.Of"/>.</summary>
    public string Filter { get; init; } = "";

    /// <summary>True while the keys go into the filter.</summary>
    public bool IsTyping { get; init; }

    /// <summary>The rows of all workers.</summary>
    public IReadOnlyList<Row> All { get; private init; } = [];

    /// <summary>The rows of the table that the filter leaves, in order.</summary>
    public IReadOnlyList<Row> Rows { get; private init; } = [];

    /// <summary>Name of the row with the cursor; null for the first row, whatever it is.</summary>
    public string? Chosen { get; init; }

    /// <summary>Index of the row with the cursor.</summary>
    public int Index { get; private init; }

    /// <summary>Index of the first row that is shown.</summary>
    public int First { get; private init; }

    /// <summary>The worker that is shown in detail.</summary>
    public string? Worker { get; init; }

    /// <summary>The newest lines of that worker.</summary>
    public IReadOnlyList<LogLine> Lines { get; init; } = [];

    /// <summary>Number of newest lines below the screen.</summary>
    public int LinesBack { get; init; }

    /// <summary>Number of characters of the lines that are left of the screen.</summary>
    public int LinesRight { get; init; }

    public bool HasEvents { get; init; }

    public IReadOnlyList<EventDocument> Events { get; init; } = [];

    /// <summary>True if colours may be used.</summary>
    public bool IsColoured { get; init; }

    public bool IsDone { get; init; }

    public Wanted Wanted => new(
        View == View.Worker ? Worker : null,
        Math.Min(MostLines, Size.Rows + LinesBack),
        HasEvents ? Events.Count > 0 ? Events[^1].Sequence : 0 : null);

    /// <summary>Null if the worker is gone.</summary>
    public WorkerStatus? Detailed => Status?.Workers.FirstOrDefault(worker => worker.Name == Worker);

    public TopState See(Look look)
    {
        var next = this with { Problem = look.Problem };
        if (look.Status is { } status)
        {
            var rates = Rates.After(status);
            next = next with
            {
                Status = status, Rates = rates, All = Top.Rows.All(status, rates), Events = EventsBefore(status),
            };
        }

        if (look.Lines is { } lines && look.LinesOf == Worker) next = next with { Lines = lines };
        if (look.Events is { Count: > 0 } events) next = next with { Events = [.. next.EventsWith(events).TakeLast(MostEvents)] };
        return next.Settled();
    }

    /// <summary>
    /// The state after a change of anything that decides about the rows: the cursor stays on its row, and that row is visible.
    /// </summary>
    public TopState Settled()
    {
        var rows = Top.Rows.Of(All, Filter, Order, Grouping);
        var last = Math.Max(0, rows.Count - 1);
        var index = Chosen is null ? 0 : IndexOf(rows, Chosen) is var found and >= 0 ? found : Math.Min(Index, last);
        var room = Math.Max(1, Layout.TableRows(this));
        var first = Math.Clamp(First, Math.Max(0, index - room + 1), index);
        return this with
        {
            Rows = rows,
            Index = index,
            Chosen = Chosen is null || rows.Count == 0 ? Chosen : rows[index].Name,
            First = Math.Min(first, Math.Max(0, rows.Count - room)),
            LinesBack = Math.Min(LinesBack, Math.Max(0, Lines.Count - 1)),
        };
    }

    /// <summary>Another daemon counts its events from 1. The known events stay, with a number below all others.</summary>
    private IReadOnlyList<EventDocument> EventsBefore(StatusDocument status) =>
        Status is { } former && AgeOf(status) < AgeOf(former)
            ? [.. Events.Select(told => told with { Sequence = 0 })]
            : Events;

    private IEnumerable<EventDocument> EventsWith(IReadOnlyList<EventDocument> events) => Events is [.., var last]
        ? Events.Concat(events.Where(told => last.Sequence > 0
            ? told.Sequence > last.Sequence
            : string.CompareOrdinal(told.Time, last.Time) > 0))
        : events;

    /// <summary>Of the daemon that answers, without the daemons whose workers it has taken over.</summary>
    private static double AgeOf(StatusDocument status) => status.Adopted?.Ago ?? status.Uptime;

    private static int IndexOf(IReadOnlyList<Row> rows, string name)
    {
        for (var index = 0; index < rows.Count; index++)
            if (rows[index].Name == name) return index;
        return -1;
    }
}
