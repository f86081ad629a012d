using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Serilog;

namespace Reuseportd.Observability.Events;

/// <content>Distribution of connections to shared ports.</content>
internal static partial class LogEvents
{
    /// <param name="way">The kind of steering, for messages.</param>
    /// <param name="reason">The reason why a better kind is not available; empty for the best kind.</param>
    public static void SteeredBy(this ILogger log, string way, string reason) =>
        log.ForContext(new EventDetails(EventKind.Steering)).Information(
            "connections are steered by {way}{reason}", way, reason.Length == 0 ? "" : $": {reason}");

    /// <param name="changed">True if the daemon has turned it on.</param>
    public static void Migrates(this ILogger log, bool isOn, bool changed, Errno errno)
    {
        var details = new EventDetails(EventKind.Steering);
        if (isOn)
            log.ForContext(details).Information("net.ipv4.tcp_migrate_req is {state}", changed ? "on now: it was off" : "on");
        else if (errno == Errno.None)
            log.ForContext(details).Warning(
                "net.ipv4.tcp_migrate_req is off in sysctl.d: connections in the queue of a worker that ends may be reset");
        else
            log.ForContext(details.With(errno)).Warning(
                "net.ipv4.tcp_migrate_req is off and cannot be turned on ({errno}): "
                + "connections in the queue of a worker that ends are reset",
                errno.ToString());
    }

    /// <param name="isLost">True if connections are reset. False if they migrate, but the kernel wakes no process.</param>
    public static void MigratesWithout(this ILogger log, bool isLost) =>
        log.ForContext(new EventDetails(EventKind.Steering)).Warning(
            "a test at start shows: connections in the queue of a worker that ends are {what}",
            isLost
                ? "reset"
                : "handed to other workers, but this kernel does not wake those workers; the daemon wakes them if it can");

    public static void NotSteered(this ILogger log, WorkerName worker, int pid, int port, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.NotSteered).For(worker, pid).With("REUSEPORT_PORT", port).With(errno)).Warning(
            "{worker}: its connections on port {REUSEPORT_PORT} cannot be steered: {errno}", worker, port, errno.ToString());

    public static void SteeringFaulted(this ILogger log, Exception fault) =>
        log.Event(EventKind.Fault).Error(fault, "a fault in steering; workers run on: {fault}", fault.Message);

    /// <param name="queue">Number of waiting connections.</param>
    public static void Stalled(this ILogger log, WorkerName worker, int pid, TimeSpan after, long queue) =>
        log.ForContext(new EventDetails(EventKind.Stalled).For(worker, pid).With("REUSEPORT_QUEUE", queue)).Warning(
            "{worker}: process {REUSEPORT_PID} has accepted nothing for {after} while others did, and {waits}: "
            + "it gets no new connections",
            worker, pid, DurationText.Of(after), queue == 1 ? "1 connection waits" : $"{queue} connections wait");

    /// <param name="waited">Number of connections that were handed to other workers.</param>
    public static void Rescued(this ILogger log, WorkerName worker, int pid, long waited, Errno errno)
    {
        var details = new EventDetails(EventKind.Stalled).For(worker, pid).With("REUSEPORT_QUEUE", waited);
        if (errno == Errno.None)
            log.ForContext(details).Information(
                "{worker}: {waited} handed to other workers", worker, Count(waited, "connection"));
        else
            log.ForContext(details.With(errno)).Warning(
                "{worker}: the connections in its queue cannot be handed to other workers: {errno}",
                worker, errno.ToString());
    }

    public static void Awake(this ILogger log, WorkerName worker, int pid) =>
        log.Event(EventKind.Awake, worker, pid).Information("{worker}: process {REUSEPORT_PID} accepts again", worker, pid);
}
