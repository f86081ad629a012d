using System.Globalization;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

/// <summary>All that is known of one worker, and its last lines; pure.</summary>
internal static class WorkerView
{
    private const int MostOfDetail = 5;

    public static IEnumerable<Cell[]> Of(TopState state)
    {
        List<Cell[]> facts = state.Detailed is { } worker
            ? Facts(state, worker)
            : [[new(state.Worker ?? "", Style.Bold), "  this worker is not there any more"]];
        facts.Add([new("LAST LINES".PadRight(state.Size.Columns), Style.Title)]);
        var room = Math.Max(0, Layout.BodyLines(state) - facts.Count);
        var lines = state.Lines.SkipLast(state.LinesBack).TakeLast(room)
            .Select(line => (Cell[])[$"{Clock.Of(line.Time)} ", From(line.Text, state.LinesRight)]);
        return facts.Concat(state.Lines.Count == 0 ? [["no lines"]] : lines);
    }

    private static List<Cell[]> Facts(TopState state, WorkerStatus worker)
    {
        var width = state.Size.Columns;
        List<Cell[]> facts =
        [
            [new(worker.Name, Style.Bold), "  ", new(worker.State, Colours.OfState(worker.State))],
            .. Wrapped(string.Join(", ", Process(worker)), width),
            .. Wrapped(string.Join(", ", Usage(state, worker)), width),
            .. Wrapped($"bind: {ServedPorts.Format(worker)}", width),
        ];
        if (worker.Detail is { } detail) facts.AddRange(Wrapped(detail, width).Take(MostOfDetail));
        if (worker.LastLine is { } last) facts.AddRange(Wrapped($"last line: {last}", width).Take(MostOfDetail));
        return facts;
    }

    private static IEnumerable<string> Process(WorkerStatus worker)
    {
        yield return $"pid {(worker.Pid is { } pid ? Shown.Number(pid) : Shown.Nothing)}";
        yield return $"up {Shown.Duration(worker.Uptime)}";
        if (worker.ReadySeconds is { } ready) yield return $"ready for {Shown.Duration(ready)}";
        yield return $"restarts {Shown.Number(worker.Restarts)}";
        yield return $"generation {Shown.Number(worker.Generation)}";
        if (worker.LastExit is { } exit) yield return $"last exit: {exit}";
        if (worker.NextTry is { } next) yield return $"next try in {Shown.Duration(Math.Max(0, next))}";
        if (worker.Updating is true) yield return "is going to be replaced";
    }

    private static IEnumerable<string> Usage(TopState state, WorkerStatus worker)
    {
        var seconds = worker.CpuSeconds?.ToString("0.0", CultureInfo.InvariantCulture);
        yield return $"cpu {Shown.Percent(state.Rates.CpuOf(worker))}{(seconds is null ? "" : $" ({seconds} s in all)")}";
        yield return $"memory {Shown.Bytes(worker.Memory)}";
        if (worker.Connections is { } open) yield return $"connections {Shown.Number(open)}";
        if (state.Rates.NewConnectionsOf(worker) is { } rate)
            yield return string.Create(CultureInfo.InvariantCulture, $"new connections {rate:0}/s");
        if (worker is { AcceptQueue: { } waiting, AcceptQueueLimit: { } most })
            yield return $"accept queue {Shown.Number(waiting)} of {Shown.Number(most)}";
        if (worker.Given is { } given) yield return $"given {Shown.Number(given)}";
        if (worker.Migrated is { } migrated) yield return $"migrated {Shown.Number(migrated)}";
        if (worker.Draining is { } draining) yield return $"draining {Shown.Number(draining)}";
        if (worker.Method is { } method) yield return $"method {method}";
    }

    /// <summary>Characters are escaped before the text is wrapped, so that the width is that of the screen.</summary>
    private static IEnumerable<Cell[]> Wrapped(string text, int width) =>
        Paragraph.Wrap(Shown.Harmless(text), width).TrimEnd('\n').Split('\n').Select(line => (Cell[])[line]);

    private static string From(string text, int column) => Shown.Harmless(text) is var shown && shown.Length > column
        ? shown[column..]
        : "";
}
