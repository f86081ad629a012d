using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Serilog;

namespace Reuseportd.Observability.Events;

/// <content>Who gets the connections of shared ports.</content>
internal static partial class LogEvents
{
    /// <param name="way">How, for people.</param>
    /// <param name="reason">Why not better; empty for the best.</param>
    public static void SteeredBy(this ILogger log, string way, string reason) =>
        log.ForContext(new EventDetails(EventKind.Steering)).Information(
            "connections are steered by {way}{reason}", way, reason.Length == 0 ? "" : $": {reason}");

    /// <param name="changed">The daemon has turned it on.</param>
    public static void Migrates(this ILogger log, bool isOn, bool changed, Errno errno)
    {
        var details = new EventDetails(EventKind.Steering);
        if (isOn) log.ForContext(details).Information("net.ipv4.tcp_migrate_req is {state}", changed ? "on now: it was off" : "on");
        else if (errno == Errno.None)
            log.ForContext(details).Warning("net.ipv4.tcp_migrate_req is off, as sysctl.d has it: what waits in a worker's queue may be reset when it ends");
        else
            log.ForContext(details.With(errno)).Warning(
                "net.ipv4.tcp_migrate_req is off and cannot be turned on ({errno}): what waits in a worker's queue is reset when it ends", errno.ToString());
    }

    /// <param name="isLost">Connections are reset; else handed on, but nobody is woken.</param>
    public static void MigratesWithout(this ILogger log, bool isLost) =>
        log.ForContext(new EventDetails(EventKind.Steering)).Warning(
            "a trial at start has shown: what waits in the queue of a worker that ends is {what}",
            isLost ? "reset" : "handed on, but this kernel wakes nobody for it; the daemon does, where it can");

    public static void NotSteered(this ILogger log, WorkerName worker, int pid, int port, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.NotSteered).Of(worker, pid).With("REUSEPORT_PORT", port).With(errno)).Warning(
            "{worker}: its connections on port {REUSEPORT_PORT} cannot be steered: {errno}", worker, port, errno.ToString());

    public static void SteeringFaulted(this ILogger log, Exception fault) =>
        log.Event(EventKind.Fault).Error(fault, "a fault in steering; workers run on: {fault}", fault.Message);

    /// <param name="queue">Connections that wait.</param>
    public static void Stalled(this ILogger log, WorkerName worker, int pid, TimeSpan after, long queue) =>
        log.ForContext(new EventDetails(EventKind.Stalled).Of(worker, pid).With("REUSEPORT_QUEUE", queue)).Warning(
            "{worker}: process {REUSEPORT_PID} has accepted nothing for {after} while others did, and {waits}: it is given nothing new",
            worker, pid, DurationText.Of(after), queue == 1 ? "1 connection waits" : $"{queue} connections wait");

    /// <param name="waited">Connections that were handed on.</param>
    public static void Rescued(this ILogger log, WorkerName worker, int pid, long waited, Errno errno)
    {
        var details = new EventDetails(EventKind.Stalled).Of(worker, pid).With("REUSEPORT_QUEUE", waited);
        if (errno == Errno.None)
            log.ForContext(details).Information("{worker}: {waited} handed on to others", worker, Count(waited, "connection"));
        else
            log.ForContext(details.With(errno)).Warning("{worker}: its queue cannot be handed on: {errno}", worker, errno.ToString());
    }

    public static void Awake(this ILogger log, WorkerName worker, int pid) =>
        log.Event(EventKind.Awake, worker, pid).Information("{worker}: process {REUSEPORT_PID} accepts again", worker, pid);
}
