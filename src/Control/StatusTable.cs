using System.Globalization;
using System.Text;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary>The status as a table for people; pure.</summary>
internal static class StatusTable
{
    private const string Ok = "ok";

    private static readonly string[] Header = ["WORKER", "STATE", "PID", "GEN", "BIND", "UPTIME", "RESTARTS", "LAST-EXIT", "DETAIL"];

    public static string Of(StatusDocument status, IReadOnlyCollection<WorkerStatus> workers)
    {
        string[][] rows = [Header, .. workers.Select(Row)];
        var widths = Enumerable.Range(0, Header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        var ready = workers.Count(worker => worker.State == "ready");
        text.AppendLine(CultureInfo.InvariantCulture, $"reuseportd {status.Version}, up {Duration(status.Uptime)}, {ready} of {workers.Count} workers ready");
        foreach (var row in rows) text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return text.ToString();
    }

    private static string[] Row(WorkerStatus worker) =>
    [
        worker.Name,
        worker.State,
        worker.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-",
        worker.Generation.ToString(CultureInfo.InvariantCulture),
        Binds(worker),
        worker.Uptime is { } uptime ? Duration(uptime) : "-",
        worker.Restarts.ToString(CultureInfo.InvariantCulture),
        worker.LastExit ?? "-",
        string.Join("; ", new[] { NextTry(worker.NextTry), worker.Detail }.OfType<string>()),
    ];

    /// <summary>
    /// The sharded ports that it serves, and what failed: a port that one address refused and another took is served. Of a process
    /// that has ended nothing is.
    /// </summary>
    private static string Binds(WorkerStatus worker)
    {
        var binds = worker.Binds;
        int[] served = worker.Pid is null ? [] : [.. binds.Where(IsServed).Select(bind => bind.Port).Distinct().Order()];
        var failed = binds.Where(bind => bind.Result != Ok && !served.Contains(bind.Port)).Select(bind => $"{bind.Port}:{bind.Result}").Distinct();
        string[] all = [.. served.Select(port => port.ToString(CultureInfo.InvariantCulture)), .. failed];
        return all.Length == 0 ? "-" : string.Join(',', all);
    }

    private static bool IsServed(BindStatus bind) => bind is { Result: Ok, Sharded: true } && (bind.Call == "listen" || bind.Type == "dgram");

    private static string? NextTry(double? wait) => wait is { } seconds ? $"next try in {Duration(Math.Max(0, seconds))}" : null;

    private static string Duration(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0}ms"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}m"),
        < 172800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0}d"),
    };
}
