using System.Text;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Output;

/// <summary>A table of workers' sockets, followed by the reasons why some do not serve; pure.</summary>
internal static class BindsTable
{
    private static readonly Cell[] Header =
        ["WORKER", "PID", "FD", "CALL", "TYPE", "ADDRESS", "PORT", "SHARED", "OPTIONS", "RESULT"];

    /// <param name="width">Characters of a line.</param>
    public static string Format(BindsDocument binds, bool colour = false, int width = Screen.Least)
    {
        var text = new StringBuilder();
        Cell[][] rows = [Header, .. binds.Binds.Select(bind => Row(bind, colour))];
        if (rows.Length > 1)
            text.Append(TextTable.Format(rows, width, new Flexible(8), new Flexible(5), new Flexible(0, IsName: true)));
        else if (binds.Untold.Count == 0) text.Append("no socket was bound\n");
        if (text.Length > 0 && binds.Causes.Count + binds.Untold.Count > 0) text.Append('\n');
        foreach (var untold in binds.Untold.GroupBy(untold => untold.Text))
            text.Append(
                Paragraph.Wrap($"{string.Join(", ", untold.Select(one => one.Worker))}: {Shown.Harmless(untold.Key)}", width));
        foreach (var cause in binds.Causes.GroupBy(cause => cause.Text))
            text.Append(
                Paragraph.Wrap($"{string.Join(", ", cause.Select(one => one.Worker))}: {Shown.Harmless(cause.Key)}", width));
        return text.ToString();
    }

    private static Cell[] Row(BoundSocket bind, bool colour) =>
    [
        bind.Worker,
        Shown.Number(bind.Pid),
        bind.Fd is { } descriptor ? Shown.Number(descriptor) : Shown.Nothing,
        bind.Call,
        Protocol(bind),
        bind.Address,
        Shown.Number(bind.Port),
        bind.Matched ? "yes" : "no",
        Options(bind.Options),
        new(bind.Result, colour && bind.Result != "ok" ? Colours.OfState("failed") : null),
    ];

    private static string Protocol(BoundSocket bind) => Shown.Protocol(bind.Type) + (bind.Family == "inet6" ? "6" : "");

    private static string Options(SocketOptions options)
    {
        string?[] set =
        [
            Flag("reuseport", options.Reuseport), Flag("reuseaddr", options.Reuseaddr),
            options.Device is { } device ? $"device={device}" : null,
            options.Backlog is { } backlog ? $"backlog={Shown.Number(backlog)}" : null,
        ];
        return string.Join(',', set.OfType<string>()) is { Length: > 0 } all ? all : Shown.Nothing;
    }

    private static string? Flag(string name, bool? set) => set switch { true => name, false => $"no-{name}", null => null };
}
