using System.Globalization;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Diagnosis;

/// <summary>
/// The detail of a worker. Causes come before consequences: <c>bind 127.0.0.1:8080 tcp: EADDRINUSE; exit code 1</c>.
/// </summary>
internal static class WorkerDetail
{
    /// <param name="namesPorts">True to add the ports that the process bound instead of its own.</param>
    /// <returns>Null if the state needs no explanation.</returns>
    public static string? Of(WorkerSnapshot worker, bool namesPorts = true)
    {
        if (worker.Reason is StateReason.WaitsForServices held) return StateReasonWords.Of(held);
        var own = Own(worker, namesPorts);
        // If the worker serves, the reason why it is not replaced comes first.
        if (worker is { State: WorkerState.Ready, NotReplaced: { } why }) return Joined([UpdateWords.Of(why, worker), own]);
        if (own is not null) return own;
        if (worker.Activity is { } activity) return StateReasonWords.Of(activity);
        return worker.NotReplaced is { } obstacle ? UpdateWords.Of(obstacle, worker) : null;
    }

    /// <summary>The detail of a worker that may need help. Starts, drains and ends in order are no trouble.</summary>
    public static string? Trouble(WorkerSnapshot worker) =>
        worker is { Activity: WorkerActivity.Drains or WorkerActivity.SecondProcess } ordinary
            ? Of(ordinary with { Activity = null })
            : Of(worker);

    /// <summary>The detail of the worker's own process alone.</summary>
    public static string? Own(WorkerSnapshot worker, bool namesPorts = true) =>
        Joined([Silence(worker), FailedBind(worker), Reason(worker, namesPorts), LeftBehind(worker)]);

    /// <returns>Null if there are no parts.</returns>
    public static string? Joined(IEnumerable<string?> parts) =>
        string.Join("; ", parts.OfType<string>()) is { Length: > 0 } all ? all : null;

    private static string? Silence(WorkerSnapshot worker) => worker is { State: not WorkerState.Stopped, Silence: { } silence }
        ? $"no line from the preload library: {SilenceWords.Of(silence)}"
        : null;

    /// <summary>Null for a worker that serves: the list of binds has its failures.</summary>
    private static string? FailedBind(WorkerSnapshot worker) =>
        worker is { State: WorkerState.Starting or WorkerState.Backoff or WorkerState.Failed, FailedBind: { } failed }
            ? $"{(failed.Kind == OutcomeKind.Listen ? "listen" : "bind")} {failed.Socket!.Endpoint}: {failed.Result}"
            : null;

    private static string? Reason(WorkerSnapshot worker, bool namesPorts) => worker.Reason switch
    {
        null or StateReason.WaitsForServices => null,
        StateReason.Failure or StateReason.WaitsForPorts when namesPorts =>
            StateReasonWords.Of(worker.Reason) + Elsewhere(worker),
        var reason => StateReasonWords.Of(reason),
    };

    /// <summary>A program that daemonizes ends with code 0, and its server remains in the process tree.</summary>
    private static string? LeftBehind(WorkerSnapshot worker) =>
        worker is { State: WorkerState.Failed or WorkerState.Backoff or WorkerState.Stopped, LeftBehind: > 0 and var left }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the worker left {left} {(left == 1 ? "process" : "processes")} behind; "
                + $"if the program daemonizes, keep it in the foreground")
            : null;

    /// <summary>The ports that the process bound outside of its filter. A user often confuses the two.</summary>
    private static string Elsewhere(WorkerSnapshot worker)
    {
        var coverage = worker.Binds.Select(PortCoverage.ServedPort).OfType<int>()
            .Aggregate(PortCoverage.None(worker.Ports), (served, port) => served.With(port));
        if (coverage.IsWhole) return "";
        int[] ports =
        [
            .. worker.Binds.Where(bind => bind is { Succeeded: true, Socket.Matched: false }).Select(bind => bind.Socket!.Port)
                .Distinct().Order(),
        ];
        return ports.Length == 0 ? "" : $", bound {string.Join(',', ports)}";
    }
}
