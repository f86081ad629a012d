using System.Text;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Output;

/// <summary>The status as a table; pure.</summary>
internal static class StatusTable
{
    /// <summary>Most workers that are listed with one message: all copies of a service may have the same.</summary>
    private const int MostNamed = 4;

    private static readonly Cell[] Header =
        ["WORKER", "STATE", "READY", "PID", "GEN", "BIND", "UPTIME", "RESTARTS", "LAST-EXIT", "NEXT-TRY", "CPU", "MEM"];

    /// <param name="wide">Nothing is shortened, and details have a column instead of lines below the table.</param>
    /// <param name="width">Characters of a line, unless the table is wide.</param>
    public static string Format(StatusDocument status, bool wide = false, bool colour = false, int width = Screen.Least)
    {
        var text = new StringBuilder(Head(status));
        if (wide) return text.Append(TextTable.Format(Wide(status, colour))).Append(Updates(status, width)).ToString();
        Cell[][] rows = [Header, .. status.Workers.Select(worker => Row(worker, wide, colour))];
        text.Append(TextTable.Format(rows, width, new Flexible(5), new Flexible(8), new Flexible(0, IsName: true)));
        var details = status.Workers.Where(worker => Detail(worker) is not null)
            .GroupBy(worker => LastLines.With("", worker.Detail, worker.State, LastLines.WithoutNumbers(worker.LastLine)))
            .ToArray();
        text.Append(Updates(status, width));
        if (details.Length > 0) text.Append('\n');
        foreach (var detail in details)
        {
            var names = Names([.. detail.Select(worker => worker.Name)]);
            text.Append(Paragraph.Wrap($"{names}: {Shown.Harmless(Detail(detail.First())!)}", width));
        }

        return text.ToString();
    }

    private static string Head(StatusDocument status)
    {
        var ready = status.Workers.Count(worker => worker.State == "ready");
        var pending = status.Pending switch
        {
            true => "; changes on disk: yes",
            false => "; changes on disk: none",
            null => "",
        };
        var migration = status.TcpMigrateReq is { } on ? on ? "on" : "off" : null;
        string[] kernel = [.. Words("steering", status.Steering), .. Words("tcp_migrate_req", migration)];
        string[] scaled = [.. (status.Scaled ?? []).Select(Shown.Scaled)];
        return $"reuseportd {status.Version}, up {Shown.Duration(status.Uptime)}, "
               + $"{ready} of {status.Workers.Count} workers ready{pending}\n"
               + (kernel.Length > 0 ? $"{string.Join("; ", kernel)}\n" : "")
               + (status.Host is { } host ? $"host: {Shown.Host(host)}\n" : "")
               + (status.Adopted is { } adopted ? $"{Shown.Adopted(status.Uptime, adopted)}\n" : "")
               + (scaled.Length > 0 ? $"scaled by hand: {string.Join("; ", scaled)}\n" : "");
    }

    /// <summary>A line for each service with an update that runs or has stopped.</summary>
    private static string Updates(StatusDocument status, int width) => status.Updates is { Count: > 0 } updates
        ? "\n" + string.Concat(updates.Select(update => Paragraph.Wrap(Shown.Harmless(Shown.Update(update)), width)))
        : "";

    private static string[] Words(string name, string? value) => value is null ? [] : [$"{name}: {value}"];

    /// <summary>Methods and counts of connections have columns only if the daemon reports them.</summary>
    private static Cell[][] Wide(StatusDocument status, bool colour)
    {
        var counts = status.Workers.Any(worker => worker.Given is not null || worker.Migrated is not null);
        var methods = status.Workers.Any(worker => worker.Method is not null);
        var connections = status.Workers.Any(worker => worker.Connections is not null);
        Cell[] header =
        [
            .. Header, .. methods ? (Cell[])["METHOD"] : [], .. connections ? (Cell[])["CONNECTIONS"] : [],
            .. counts ? (Cell[])["GIVEN", "MIGRATED"] : [], "DETAIL",
        ];
        return
        [
            header,
            .. status.Workers.Select(worker => (Cell[])
            [
                .. Row(worker, wide: true, colour),
                .. methods ? (Cell[])[worker.Method ?? Shown.Nothing] : [],
                .. connections ? (Cell[])[Shown.Number(worker.Connections)] : [],
                .. counts ? (Cell[])[Shown.Number(worker.Given), Shown.Number(worker.Migrated)] : [],
                Shown.Harmless(Detail(worker) ?? ""),
            ]),
        ];
    }

    private static string? Detail(WorkerStatus worker) =>
        LastLines.With(worker.Name, worker.Detail, worker.State, worker.LastLine);

    private static Cell[] Row(WorkerStatus worker, bool wide, bool colour)
    {
        var lastExit = worker.LastExit ?? Shown.Nothing;
        return
        [
            worker.Name,
            new(worker.State, colour ? Colours.OfState(worker.State) : null),
            Shown.Duration(worker.ReadySeconds),
            worker.Pid is { } pid ? Shown.Number(pid) : Shown.Nothing,
            Shown.Number(worker.Generation),
            ServedPorts.Format(worker),
            Shown.Duration(worker.Uptime),
            Shown.Number(worker.Restarts),
            wide ? lastExit : Short(lastExit),
            worker.NextTry is { } wait ? Shown.Duration(Math.Max(0, wait)) : Shown.Nothing,
            Shown.Percent(worker.CpuPercent),
            Shown.Bytes(worker.Memory),
        ];
    }

    private static string Short(string exit) =>
        exit.Replace("exit code ", "code ", StringComparison.Ordinal).Replace("killed by ", "", StringComparison.Ordinal)
            .Replace(" (core dumped)", "+core", StringComparison.Ordinal);

    private static string Names(string[] names) => names.Length <= MostNamed
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MostNamed))} and {names.Length - MostNamed} more";
}
