using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

/// <summary>State and key to state; pure.</summary>
internal static class TopKeys
{
    private const int MostTyped = 100;
    private const int Sideways = 20;

    public static TopState Press(TopState state, Key key)
    {
        if (key.Kind == KeyKind.Interrupt) return state with { IsDone = true };
        if (state.IsTyping) return Type(state, key).Settled();
        if (key is { Kind: KeyKind.Letter, Letter: 'q' }) return state with { IsDone = true };
        return (state.View switch
        {
            View.Help => key.Kind is KeyKind.Escape or KeyKind.Enter or KeyKind.Letter ? state with { View = View.Table } : state,
            View.Worker => InWorker(state, key),
            _ => InTable(state, key),
        }).Settled();
    }

    private static TopState Type(TopState state, Key key) => key.Kind switch
    {
        KeyKind.Enter => state with { IsTyping = false },
        KeyKind.Escape => state with { IsTyping = false, Filter = "" },
        KeyKind.Erase when state.Filter.Length == 0 => state with { IsTyping = false },
        KeyKind.Erase => state with { Filter = state.Filter[..^1] },
        KeyKind.Letter when state.Filter.Length < MostTyped => state with { Filter = state.Filter + key.Letter },
        KeyKind.Up or KeyKind.Down or KeyKind.PageUp or KeyKind.PageDown => Move(state, key.Kind),
        _ => state,
    };

    private static TopState InTable(TopState state, Key key) => key.Kind switch
    {
        KeyKind.Letter => Letter(state, key.Letter),
        KeyKind.Enter => Open(state),
        KeyKind.Escape => state with { Filter = "" },
        KeyKind.Left => Sort(state, -1),
        KeyKind.Right => Sort(state, 1),
        _ => Move(state, key.Kind),
    };

    private static TopState Letter(TopState state, char letter) => letter switch
    {
        '?' or 'h' => state with { View = View.Help },
        '/' => state with { IsTyping = true },
        'e' => state with { HasEvents = !state.HasEvents },
        'g' => state with
        {
            Grouping = state.Grouping == Grouping.Services ? Grouping.Workers : state.Grouping + 1,
            Chosen = null,
        },
        'r' => state with { Order = state.Order with { IsReversed = !state.Order.IsReversed } },
        '<' => Sort(state, -1),
        '>' => Sort(state, 1),
        'j' => Move(state, KeyKind.Down),
        'k' => Move(state, KeyKind.Up),
        _ => Columns.All.FirstOrDefault(column => column.Key == letter) is { } column ? Sort(state, column.Column) : state,
    };

    /// <summary>The same column again reverses the order.</summary>
    private static TopState Sort(TopState state, Column column) => state with
    {
        Order = new Order(column, state.Order.Column == column && !state.Order.IsReversed),
    };

    /// <summary>The next or previous column that is shown.</summary>
    private static TopState Sort(TopState state, int step)
    {
        var shown = Columns.Served(state.Rows, state.Size.Columns).Select(column => column.Column).ToArray();
        var at = Array.FindIndex(shown, column => column >= state.Order.Column);
        return state with { Order = new Order(shown[Math.Clamp((at < 0 ? shown.Length : at) + step, 0, shown.Length - 1)]) };
    }

    private static TopState Move(TopState state, KeyKind key)
    {
        var page = Math.Max(1, Layout.TableRows(state) - 1);
        var last = state.Rows.Count - 1;
        int? to = key switch
        {
            KeyKind.Up => state.Index - 1,
            KeyKind.Down => state.Index + 1,
            KeyKind.PageUp => state.Index - page,
            KeyKind.PageDown => state.Index + page,
            KeyKind.Home => 0,
            KeyKind.End => last,
            _ => null,
        };
        if (to is not { } index || last < 0) return state;
        return state with { Chosen = index <= 0 ? null : state.Rows[Math.Min(index, last)].Name };
    }

    /// <summary>The details of a worker, or the workers of a service.</summary>
    private static TopState Open(TopState state)
    {
        if (state.Index >= state.Rows.Count) return state;
        var row = state.Rows[state.Index];
        return row.Worker is null
            ? state with { Grouping = Grouping.Workers, Filter = $"{row.Name}@", Chosen = null }
            : state with { View = View.Worker, Worker = row.Name, Lines = [], LinesBack = 0, LinesRight = 0 };
    }

    private static TopState InWorker(TopState state, Key key)
    {
        var page = Math.Max(1, Layout.BodyLines(state) / 2);
        return (key.Kind, key.Letter) switch
        {
            (KeyKind.Escape or KeyKind.Enter or KeyKind.Erase, _) => state with { View = View.Table },
            (KeyKind.Letter, '?' or 'h') => state with { View = View.Help },
            (KeyKind.Letter, 'e') => state with { HasEvents = !state.HasEvents },
            (KeyKind.Up, _) => Back(state, 1),
            (KeyKind.Down, _) => Back(state, -1),
            (KeyKind.PageUp, _) => Back(state, page),
            (KeyKind.PageDown, _) => Back(state, -page),
            (KeyKind.Home, _) => Back(state, int.MaxValue / 2),
            (KeyKind.End, _) => Back(state, -state.LinesBack),
            (KeyKind.Right, _) => state with { LinesRight = state.LinesRight + Sideways },
            (KeyKind.Left, _) => state with { LinesRight = Math.Max(0, state.LinesRight - Sideways) },
            _ => state,
        };
    }

    private static TopState Back(TopState state, int lines) =>
        state with { LinesBack = Math.Max(0, state.LinesBack + lines) };
}
