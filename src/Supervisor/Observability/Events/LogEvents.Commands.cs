using Reuseportd.Model;
using Serilog;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <content>Commands of clients.</content>
internal static partial class LogEvents
{
    private const int MostShown = 80;

    /// <summary>A request may have a thousand names, and the newest events are held in memory.</summary>
    private const int MostKept = 1024;

    /// <param name="command">Such as <c>stop</c>.</param>
    /// <param name="names">The names of the request.</param>
    /// <param name="argument">The argument of the command, with a leading space; else empty.</param>
    /// <param name="by">Such as <c>user 1000</c>.</param>
    public static void Commanded(this ILogger log, string command, string names, string argument, string by) =>
        log.ForContext(new EventDetails(EventKind.Command).With("REUSEPORT_NAMES", Shortened(names, MostKept))).Information(
            "{REUSEPORT_COMMAND} {names}{argument}, requested by {REUSEPORT_BY}", command, Shortened(names, MostShown), argument,
            by);

    /// <summary>A client's command sent a signal to a worker's process.</summary>
    public static void Signalled(this ILogger log, WorkerName worker, int pid, Signal signal, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.Sent).For(worker, pid).With(errno)).Write(
            errno == Errno.None ? LogEventLevel.Information : LogEventLevel.Warning,
            "{worker}: {REUSEPORT_SIGNAL} sent to process {REUSEPORT_PID}{how}",
            worker, signal.ToString(), pid, errno == Errno.None ? "" : $": {errno}");

    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..most] + "...";
}
