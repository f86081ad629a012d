using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;
using Serilog;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <content>Starts, stops and failures of workers.</content>
internal static partial class LogEvents
{
    private static readonly FrequentEvent SpawnedEvent = new(
        EventKind.Spawn, "{worker}: process {REUSEPORT_PID} started (generation {REUSEPORT_GENERATION})", fields: 8);

    private static readonly ScalarValue[] MethodValues =
        [.. Enum.GetValues<ShardingMethod>().Select(method => new ScalarValue(method.Word()))];

    private static readonly FrequentEvent ReadyEvent = new(EventKind.Ready, "{worker}: ready after {after}", fields: 8);

    public static void Spawned(this ILogger log, WorkerName worker, int pid, int generation, ShardingMethod method)
    {
        if (!log.IsEnabled(LogEventLevel.Information)) return;
        var fields = SpawnedEvent.Begin(worker);
        fields["REUSEPORT_PID"] = new ScalarValue(pid);
        fields["REUSEPORT_GENERATION"] = FrequentEvent.Number(generation);
        SpawnedEvent.Describe(fields, worker);
        fields["REUSEPORT_METHOD"] = MethodValues[(int)method];
        log.Write(SpawnedEvent.End(fields));
    }

    public static void SpawnFailed(this ILogger log, WorkerName worker, SpawnError error) =>
        log.ForContext(new EventDetails(EventKind.SpawnError).For(worker).With("REUSEPORT_STEP", error.Step).With(error.Errno))
            .Error("{worker}: could not be started: {REUSEPORT_REASON}", worker, error.ToString());

    public static void SpawnFailed(this ILogger log, WorkerName worker, string reason) =>
        log.Event(EventKind.SpawnError, worker).Error("{worker}: could not be started: {REUSEPORT_REASON}", worker, reason);

    /// <summary>Workers of a service wait until a limit has room.</summary>
    public static void NoRoom(this ILogger log, string service, string limit) =>
        log.ForContext(new EventDetails(EventKind.NoRoom).With("REUSEPORT_SERVICE", service)).Warning(
            "{service}: workers wait, because there is no room for their processes: {REUSEPORT_LIMIT}", service, limit);

    /// <param name="after">Time since the start of the process.</param>
    public static void Ready(this ILogger log, WorkerName worker, int pid, TimeSpan after)
    {
        if (!log.IsEnabled(LogEventLevel.Information)) return;
        var fields = ReadyEvent.Begin(worker);
        fields["after"] = new ScalarValue(DurationText.Of(after));
        ReadyEvent.Describe(fields, worker);
        fields["REUSEPORT_PID"] = new ScalarValue(pid);
        fields["REUSEPORT_AFTER_MS"] = new ScalarValue(Milliseconds(after));
        log.Write(ReadyEvent.End(fields));
    }

    public static void Draining(this ILogger log, WorkerName worker, int pid, TimeSpan timeout) =>
        log.Event(EventKind.Drain, worker, pid).Information(
            "{worker}: process {REUSEPORT_PID} drains for at most {timeout}", worker, pid, DurationText.Of(timeout));

    /// <param name="left">Connections that the process still has.</param>
    public static void Drained(this ILogger log, WorkerName worker, int pid, TimeSpan after, int left) =>
        log.ForContext(new EventDetails(EventKind.Drained).For(worker, pid).With("REUSEPORT_CUT", left)).Write(
            left == 0 ? LogEventLevel.Information : LogEventLevel.Warning,
            left == 0
                ? "{worker}: process {REUSEPORT_PID} has no connections left after {after}"
                : "{worker}: process {REUSEPORT_PID} still has {left} after {after}; its end cuts them",
            worker, pid, left == 0 ? DurationText.Of(after) : Count(left, "connection"), DurationText.Of(after));

    /// <param name="missing">The unmet condition, such as ports without a listener; null for a probe.</param>
    /// <param name="failure">Failure of the newest probe; null if no probe has ended, or readiness is not probed.</param>
    public static void ReadinessTimedOut(
        this ILogger log, WorkerName worker, int pid, TimeSpan timeout, string? missing, string? failure)
    {
        var details = new EventDetails(EventKind.ReadinessTimeout).For(worker, pid)
            .With("REUSEPORT_AFTER_MS", Milliseconds(timeout));
        if (missing is not null) details.With("REUSEPORT_MISSING", missing);
        if (failure is not null) details.With("REUSEPORT_REASON", failure);
        log.ForContext(details).Warning(
            "{worker}: not ready after {timeout}{why}",
            worker, DurationText.Of(timeout),
            missing is not null ? $", missing: {missing}" : failure is not null ? $": {failure}" : ": no probe was answered");
    }

    /// <param name="asked">
    /// True if the daemon had stopped the process. Such an end, with any code, is not logged as a warning.
    /// </param>
    /// <param name="oomKills">Processes of the worker that the kernel killed at <c>memory_max</c>.</param>
    public static void Exited(
        this ILogger log, WorkerName worker, int pid, ExitStatus status, TimeSpan uptime, bool asked, long oomKills = 0)
    {
        var details = new EventDetails(EventKind.Exit).For(worker, pid)
            // The words of systemd's own entries.
            .With("EXIT_CODE", WordOf(status))
            .With("REUSEPORT_UPTIME_MS", Milliseconds(uptime));
        if (!status.IsUnknown) details.With("EXIT_STATUS", status.Code);
        if (oomKills > 0) details.With("REUSEPORT_OOM_KILLS", oomKills);
        log.ForContext(details).Write(
            (asked || status.Success) && oomKills == 0 ? LogEventLevel.Information : LogEventLevel.Warning,
            "{worker}: {how} after {uptime}{why}",
            worker, How(status, asked), DurationText.Of(uptime),
            oomKills > 0 ? $", out of memory: {Count(oomKills, "process", "processes")} killed at its memory_max" : "");
    }

    private static string WordOf(ExitStatus status) => status switch
    {
        { IsUnknown: true } => "unknown",
        { CoreDumped: true } => "dumped",
        { Signaled: true } => "killed",
        _ => "exited",
    };

    private static string How(ExitStatus status, bool asked) => status switch
    {
        { IsUnknown: true } => $"ended ({status})",
        { Signaled: true } when asked && new Signal(status.Code) != Signal.Kill && !status.CoreDumped =>
            $"stopped by {new Signal(status.Code)}",
        { Signaled: true } => status.ToString(),
        _ => $"exited with code {status.Code}",
    };

    /// <param name="attempt">Number of the next start since the worker was last ready, from 1.</param>
    public static void Backoff(this ILogger log, WorkerName worker, TimeSpan delay, int attempt) =>
        log.ForContext(new EventDetails(EventKind.Backoff).For(worker).With("REUSEPORT_DELAY_MS", Milliseconds(delay)))
            .Warning("{worker}: next start in {delay} (attempt {REUSEPORT_ATTEMPT})", worker, DurationText.Of(delay), attempt);

    public static void Failed(this ILogger log, WorkerName worker, string reason) =>
        log.Event(EventKind.Failed, worker).Error("{worker}: failed: {REUSEPORT_REASON}", worker, reason);

    /// <summary>A service starts although workers of its dependency failed to become ready.</summary>
    public static void StartsWithout(this ILogger log, string service, string dependency) =>
        log.ForContext(new EventDetails(EventKind.StartOrder).With("REUSEPORT_SERVICE", service)).Warning(
            "{service}: starts although {dependency}, which it depends on, is not ready", service, dependency);

    /// <summary>A probe of a worker has failed; a single failure has no effect.</summary>
    public static void ProbeFailed(this ILogger log, WorkerName worker, int pid, string reason) =>
        log.Event(EventKind.ProbeFailed, worker, pid).Debug("{worker}: probe failed: {REUSEPORT_REASON}", worker, reason);

    /// <summary>A ready worker failed enough liveness probes to be restarted.</summary>
    public static void Unresponsive(this ILogger log, WorkerName worker, int pid, int failures, string reason) =>
        log.ForContext(new EventDetails(EventKind.Unresponsive).For(worker, pid).With("REUSEPORT_REASON", reason))
            .Warning(
                "{worker}: no longer answers: {probes} failed, the last: {reason}", worker, Count(failures, "probe"), reason);

    /// <summary>A healthy worker is replaced, by its service's <c>recycle</c> setting.</summary>
    public static void Recycled(this ILogger log, WorkerName worker, int pid, string reason) =>
        log.ForContext(new EventDetails(EventKind.Recycle).For(worker, pid).With("REUSEPORT_REASON", reason))
            .Information("{worker}: recycled: process {REUSEPORT_PID} {reason}", worker, pid, reason);

    /// <summary>A process is sent its stop signal.</summary>
    public static void Stopping(this ILogger log, WorkerName worker, int pid, Signal signal) =>
        log.Event(EventKind.Stop, worker, pid).Information(
            "{worker}: stopping: {REUSEPORT_SIGNAL} to process {REUSEPORT_PID}", worker, signal.ToString(), pid);

    /// <summary>
    /// A process did not end within its grace period: the daemon kills its process tree. Some programs use the signal for another
    /// purpose; uWSGI reloads on SIGTERM.
    /// </summary>
    public static void Killed(this ILogger log, WorkerName worker, int pid, StopSpec stop) =>
        log.Event(EventKind.Kill, worker, pid).Warning(
            "{worker}: process {REUSEPORT_PID} did not end within {grace} of {REUSEPORT_SIGNAL}; killed with its process tree; "
            + "if its program stops on another signal, set stop_signal",
            worker, pid, DurationText.Of(stop.GracePeriod), stop.Signal.ToString());

    /// <summary>The daemon killed processes that a worker left behind.</summary>
    public static void SweptTree(this ILogger log, WorkerName worker, int count) =>
        log.ForContext(new EventDetails(EventKind.Kill).For(worker).With("REUSEPORT_COUNT", count))
            .Warning(
                "{worker}: the daemon killed {processes} that the worker left behind",
                worker, Count(count, "process", "processes"));

    /// <summary>Processes of a worker were sent SIGKILL repeatedly and still run.</summary>
    public static void TreeSurvived(this ILogger log, WorkerName worker, int count) =>
        log.ForContext(new EventDetails(EventKind.KillFailed).For(worker).With("REUSEPORT_COUNT", count))
            .Error("{worker}: {processes} cannot be killed", worker, Count(count, "process", "processes"));

    /// <summary>A stream of the worker cannot be read and was closed.</summary>
    public static void OutputLost(this ILogger log, WorkerName worker, int pid, OutputStream stream, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.OutputLost).For(worker, pid).With(errno))
            .Error(
                "{worker}: {REUSEPORT_STREAM} cannot be read and was closed: {errno}", worker, LineSource.NameOf(stream), errno);

    /// <summary>Output does not stay in its pipes until it is written. Reported once.</summary>
    public static void OutputNotKept(this ILogger log, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.OutputNotKept).With(errno))
            .Warning("output of workers is lost if this daemon is killed before it is written: tee: {errno}", errno);

    /// <summary>The thread that reads output does not end, and is left alone.</summary>
    /// <param name="after">The wait for it.</param>
    public static void OutputStuck(this ILogger log, TimeSpan after) =>
        log.Event(EventKind.OutputStuck).Error(
            "the thread that reads the output of workers has not ended in {after}; it is left alone", DurationText.Of(after));

    /// <summary>The rate limit dropped lines of the worker's output.</summary>
    public static void Dropped(this ILogger log, WorkerName worker, int pid, OutputStream stream, long count) =>
        log.ForContext(new EventDetails(EventKind.Dropped).For(worker, pid).With("REUSEPORT_COUNT", count))
            .Warning(
                "{worker}: {lines} of {REUSEPORT_STREAM} dropped by the rate limit",
                worker, Count(count, "line"), LineSource.NameOf(stream));
}
