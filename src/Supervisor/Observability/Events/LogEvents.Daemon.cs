using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Serilog;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <content>The daemon itself, its configuration and its log.</content>
internal static partial class LogEvents
{
    /// <param name="configuration">Path of the configuration.</param>
    public static void Starting(this ILogger log, string version, string configuration) =>
        log.Event(EventKind.Starting).Information(
            "reuseportd {REUSEPORT_VERSION} starts with {REUSEPORT_CONFIG}", version, configuration);

    /// <summary>Every worker to start is ready, or has failed.</summary>
    /// <param name="isWhole">True if none of these workers failed.</param>
    public static void Started(this ILogger log, int ready, int workers, int services, bool isWhole) =>
        log.Event(EventKind.Started).Write(
            isWhole ? LogEventLevel.Information : LogEventLevel.Warning,
            "started: {REUSEPORT_READY} of {REUSEPORT_WORKERS} workers of {services} are ready",
            ready, workers, Count(services, "service"));

    /// <summary>Another program takes over; the workers run on.</summary>
    /// <param name="program">Its path.</param>
    public static void Replaced(this ILogger log, string program, int workers) =>
        log.Event(EventKind.Replaced).Information(
            "the daemon executes {REUSEPORT_PROGRAM}; {REUSEPORT_WORKERS} workers run on", program, workers);

    public static void NotReplaced(this ILogger log, string reason) =>
        log.Event(EventKind.NotReplaced).Warning("the daemon is not replaced: {REUSEPORT_REASON}", reason);

    /// <summary>The next daemon takes the workers over as after a crash.</summary>
    public static void NotHandedOver(this ILogger log, string reason) => log.Event(EventKind.NotReplaced).Warning(
        "the daemon ends without a hand-over, and its workers run on: {REUSEPORT_REASON}", reason);

    /// <param name="former">The version of the daemon that has started the workers.</param>
    public static void Adopted(this ILogger log, int workers, string former) =>
        log.Event(EventKind.Adopted).Information(
            "{REUSEPORT_WORKERS} running workers are taken over from reuseportd {former}", workers, former);

    /// <summary>The workers of a daemon that has died are killed instead of taken over.</summary>
    public static void NotAdopted(this ILogger log, string reason) =>
        log.Event(EventKind.NotAdopted).Error("the workers of the former daemon are not taken over: {REUSEPORT_REASON}", reason);

    /// <summary>Some workers of a daemon that has died cannot be taken over, and start anew.</summary>
    public static void NotAdopted(this ILogger log, int workers) =>
        log.Event(EventKind.NotAdopted).Warning(
            "{REUSEPORT_WORKERS} workers of the former daemon are not taken over: their descriptors or records are gone",
            workers);

    /// <summary>The newest events and output of the former daemon cannot be used.</summary>
    public static void HistoryLost(this ILogger log, string reason) =>
        log.Event(EventKind.HistoryLost).Warning(
            "earlier events and lines are not shown to clients any more: {REUSEPORT_REASON}", reason);

    /// <param name="how">
    /// adoption: the next daemon takes the workers over; reexec: only a new program of this daemon does; none.
    /// </param>
    /// <param name="obstacle">The reason why it is not adoption; else null.</param>
    public static void Keeps(this ILogger log, string how, string? obstacle)
    {
        var details = log.ForContext(new EventDetails(EventKind.Keeps).With("REUSEPORT_KEEPS", how));
        if (obstacle is null) details.Information("workers outlive the daemon ({how})", how);
        else if (how == "none") details.Information("workers end with the daemon: {REUSEPORT_REASON}", obstacle);
        else details.Information("workers outlive the daemon ({how}): {REUSEPORT_REASON}", how, obstacle);
    }

    /// <summary>From now on the workers end with the daemon.</summary>
    public static void NotKept(this ILogger log, string reason) =>
        log.Event(EventKind.Keeps).Warning(
            "workers would end with the daemon ({REUSEPORT_KEEPS}): {REUSEPORT_REASON}", "none", reason);

    public static void Stopping(this ILogger log, string reason) =>
        log.Event(EventKind.Stopping).Information("stopping: {reason}", reason);

    /// <param name="after">Duration of the stop.</param>
    public static void Stopped(this ILogger log, TimeSpan after) =>
        log.Event(EventKind.Stopped).Information("stopped after {after}", DurationText.Of(after));

    /// <summary>A fault of the daemon, which ends it.</summary>
    public static void Faulted(this ILogger log, Exception fault) =>
        log.Event(EventKind.Fault).Fatal(fault, "a fault in the supervisor's loop ends the daemon: {fault}", fault.Message);

    /// <param name="path">The parent of the workers' control groups.</param>
    /// <param name="byFile">True if the kernel has <c>cgroup.kill</c>; else the daemon kills processes one at a time.</param>
    public static void TreesByGroup(this ILogger log, string path, bool byFile) =>
        log.Event(EventKind.Trees).Information(
            "worker trees are ended by {how} in {REUSEPORT_CGROUP}", byFile ? "cgroup.kill" : "control groups", path);

    /// <param name="reason">The reason why the daemon has no control groups.</param>
    public static void TreesBySession(this ILogger log, string reason) =>
        log.Event(EventKind.Trees).Information("worker trees are ended by session and subreaper: {REUSEPORT_REASON}", reason);

    /// <summary>A collector of metrics cannot be reached. Logged once until it answers.</summary>
    public static void NotExported(this ILogger log, string endpoint, string reason) =>
        log.Event(EventKind.NotExported).Warning(
            "metrics cannot be sent to {REUSEPORT_ENDPOINT}: {REUSEPORT_REASON}", endpoint, reason);

    /// <summary>The collector answers again.</summary>
    public static void Exported(this ILogger log, string endpoint) =>
        log.Event(EventKind.Exported).Information("metrics are sent to {REUSEPORT_ENDPOINT} again", endpoint);

    /// <summary>The metrics of workers have lost their label for the worker, or have it again.</summary>
    public static void WorkerLabels(this ILogger log, bool areThere, int workers)
    {
        var text = areThere
            ? "metrics of workers have the label worker again: there are {REUSEPORT_WORKERS} workers"
            : "metrics of workers are sums for each service: {REUSEPORT_WORKERS} workers are too many for a label each";
        log.Event(EventKind.WorkerLabels).Information(text, workers);
    }

    public static void GuardFailed(this ILogger log, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.Guard).With(errno)).Warning(
            "the guard could not be started: {error}; if the daemon is killed, children of its workers keep running",
            errno.ToString());

    /// <summary>The guard ended before the daemon.</summary>
    /// <param name="restart">The result of the start of another guard.</param>
    public static void GuardEnded(this ILogger log, int pid, ExitStatus status, Errno restart)
    {
        var what = restart == Errno.None
            ? "another one was started"
            : $"no other could be started: {restart}; if the daemon is killed, processes of its workers keep running";
        log.ForContext(new EventDetails(EventKind.Guard).With("REUSEPORT_PID", pid)).Warning(
            "the guard ({REUSEPORT_PID}) has ended: {status}; {what}", pid, status.ToString(), what);
    }

    /// <summary>A new configuration is in effect; the numbers count services.</summary>
    public static void Reloaded(this ILogger log, int changed, int added, int removed, int unchanged) =>
        log.Event(EventKind.Reload).Information(
            "reload: services changed {REUSEPORT_CHANGED}, added {REUSEPORT_ADDED}, removed {REUSEPORT_REMOVED}, "
            + "unchanged {REUSEPORT_UNCHANGED}",
            changed, added, removed, unchanged);

    /// <summary>The new configuration has errors; services continue unchanged. Each error is logged before as an event.</summary>
    public static void ReloadFailed(this ILogger log, IReadOnlyCollection<string> errors)
    {
        foreach (var error in errors) log.ConfigurationError(error);
        log.Event(EventKind.ReloadFailed).Error(
            "reload: nothing changed, because the configuration has {errors}", Count(errors.Count, "error"));
    }

    /// <param name="problem">With file, line and column first.</param>
    public static void ConfigurationError(this ILogger log, string problem) =>
        log.Event(EventKind.Configuration).Error("{problem}", problem);

    /// <inheritdoc cref="ConfigurationError"/>
    public static void ConfigurationWarning(this ILogger log, string problem) =>
        log.Event(EventKind.Configuration).Warning("{problem}", problem);

    /// <summary>For <see cref="LogQueue.Start"/>: the log lost records, and its destination has recovered.</summary>
    public static void LogLost(this ILogger log, LogLoss loss) =>
        log.ForContext(new EventDetails(EventKind.LogLost)
                .With("REUSEPORT_LOST_LINES", loss.Lines)
                .With("REUSEPORT_LOST_EVENTS", loss.Events)
                .With("REUSEPORT_LOST_UNWRITTEN", loss.Unwritten)
                .With(loss.LastError))
            .Warning("the log lost {records}: its destination did not accept them", Count(loss.Total, "record"));
}
