using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

/// <summary>A state to the lines of the screen, from top to bottom; pure.</summary>
internal static class Frame
{
    private const string Red = "31";
    private const string Yellow = "33";
    private const string KeysOfTable = "q quit  ? help  / filter  Enter details  e events  g group";
    private const string KeysOfWorker = "Esc back  ? help  Up Down Left Right lines  e events  q quit";
    private const string KeysOfFilter = "  Enter keep  Esc clear";
    private const string KeysOfHelp = "Esc back  q quit";

    /// <returns>As many lines as the screen has; each may be too long.</returns>
    public static IReadOnlyList<Cell[]> Of(TopState state)
    {
        List<Cell[]> lines = [Head(state), Notice(state)];
        lines.AddRange(Filled(Body(state), Layout.BodyLines(state)));
        lines.AddRange(Filled(EventsPane.Of(state), Layout.EventLines(state)));
        lines.Add(Foot(state));
        if (!state.IsColoured) lines = [.. lines.Select(line => Array.ConvertAll(line, WithoutColour))];
        // On a very low screen, the upper lines win.
        return [.. Filled(lines, state.Size.Rows)];
    }

    private static IEnumerable<Cell[]> Body(TopState state) => state.View switch
    {
        View.Help => HelpView.Of(),
        View.Worker => WorkerView.Of(state),
        _ => TableOfRows.Of(state),
    };

    private static IEnumerable<Cell[]> Filled(IEnumerable<Cell[]> lines, int count) =>
        lines.Concat(Enumerable.Repeat<Cell[]>([], count)).Take(count);

    private static Cell[] Head(TopState state)
    {
        if (state.Status is not { } status) return [new("reuseportd", Style.Bold)];
        var states = status.Workers.GroupBy(worker => worker.State)
            .OrderBy(group => group.Key == "ready" ? "" : group.Key, StringComparer.Ordinal)
            .SelectMany(group => (Cell[])[", ", new($"{group.Count()} {group.Key}", Colours.OfState(group.Key))]).Skip(1);
        var all = Row.Sum("", state.All);
        return
        [
            new($"reuseportd {status.Version}", Style.Bold),
            $"  up {Shown.Duration(status.Uptime)}  ",
            .. status.Workers.Count == 0 ? ["no workers"] : states,
            $"  cpu {Shown.Percent(all.Cpu)}  mem {Shown.Bytes(all.Memory)}",
            .. all.Connections is { } connections ? (Cell[])[$"  conn {connections:0}"] : [],
        ];
    }

    /// <summary>The most important message.</summary>
    private static Cell[] Notice(TopState state)
    {
        if (state.Problem is { } problem) return [new(problem, Red)];
        if (state.Status is not { } status) return [];
        if (status.Host is { } host) return [new($"host: {Shown.Host(host)}", Yellow)];
        if (status.Updates is [var update, ..]) return [new(Shown.Update(update), Yellow)];
        string?[] facts =
        [
            status.Adopted is { Ago: < 60 } adopted ? Shown.Adopted(status.Uptime, adopted) : null,
            status.Steering is { } steering ? $"steering: {steering}" : null,
            status.Pending is true ? "changes on disk: yes" : null,
            status.Scaled is { Count: > 0 } scaled
                ? $"scaled by hand: {string.Join("; ", scaled.Select(Shown.Scaled))}"
                : null,
        ];
        return [string.Join("; ", facts.OfType<string>())];
    }

    private static Cell[] Foot(TopState state)
    {
        if (state.IsTyping) return [new("filter: ", Style.Bold), state.Filter, new(" ", Style.Reverse), KeysOfFilter];
        if (state.View == View.Help) return [KeysOfHelp];
        if (state.View == View.Worker) return [KeysOfWorker];
        var shown = Math.Min(state.Rows.Count - state.First, Layout.TableRows(state));
        var range = state.Rows.Count == 0 ? "0" : $"{state.First + 1}-{state.First + shown}";
        var filter = state.Filter.Length == 0 ? "" : $"  filter: {state.Filter} (Esc clears)";
        return [new($"{range} of {state.Rows.Count}{filter}", Style.Bold), $"  {KeysOfTable}"];
    }

    private static Cell WithoutColour(Cell cell) =>
        cell.Colour is Style.Bold or Style.Faint or Style.Reverse or Style.Title ? cell : cell with { Colour = null };
}
