using Reuseportd.Model;
using Serilog;

namespace Reuseportd.Observability.Events;

/// <content>Rolling restarts.</content>
internal static partial class LogEvents
{
    public static void UpdateBegun(this ILogger log, string service, bool isRollback) =>
        log.ForContext(new EventDetails(EventKind.Update).With("REUSEPORT_SERVICE", service)).Information(
            "{service}: {what}", service, isRollback ? "the update is rolled back" : "its workers are replaced");

    public static void Updated(this ILogger log, WorkerName worker, int pid, int generation, int done, int count) =>
        log.Event(EventKind.Update, worker, pid).Information(
            "{worker}: replaced by process {REUSEPORT_PID} (generation {REUSEPORT_GENERATION}), {done} of {count}", worker, pid,
            generation, done, count);

    /// <param name="cut">Connections that were open when their worker got its stop signal.</param>
    public static void UpdateDone(this ILogger log, string service, int done, int cut) =>
        log.ForContext(new EventDetails(EventKind.Update).With("REUSEPORT_SERVICE", service).With("REUSEPORT_CUT", cut))
            .Information(
                "{service}: {workers} replaced{cut}", service, Count(done, "worker"),
                cut == 0 ? "" : $"; {Count(cut, "connection")} cut");

    public static void UpdatePaused(this ILogger log, string service, int waiting) =>
        log.ForContext(new EventDetails(EventKind.Update).With("REUSEPORT_SERVICE", service)).Information(
            "{service}: the update is paused, {workers} not replaced yet", service, Count(waiting, "worker"));

    public static void UpdateResumed(this ILogger log, string service) =>
        log.ForContext(new EventDetails(EventKind.Update).With("REUSEPORT_SERVICE", service))
            .Information("{service}: the update continues", service);

    public static void UpdateFailed(this ILogger log, string service, string reason, int done, int count, bool rollsBack) =>
        log.ForContext(new EventDetails(EventKind.UpdateFailed).With("REUSEPORT_SERVICE", service)).Error(
            "{service}: the update stopped after {done} of {count}: {REUSEPORT_REASON}{then}",
            service, done, count, reason, rollsBack ? "; the update is rolled back" : "");
}
