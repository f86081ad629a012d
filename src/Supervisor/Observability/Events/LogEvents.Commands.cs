using Reuseportd.Model;
using Serilog;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <content>What people ask of the daemon.</content>
internal static partial class LogEvents
{
    private const int MostShown = 80;

    /// <summary>A request may name a thousand; the newest events are held in memory.</summary>
    private const int MostKept = 1024;

    /// <param name="command">As <c>stop</c>.</param>
    /// <param name="names">As they were given.</param>
    /// <param name="argument">What goes with the command, with a space in front; else empty.</param>
    /// <param name="by">As <c>user 1000</c>.</param>
    public static void Commanded(this ILogger log, string command, string names, string argument, string by) =>
        log.ForContext(new EventDetails(EventKind.Command).With("REUSEPORT_NAMES", Shortened(names, MostKept))).Information(
            "{REUSEPORT_COMMAND} {names}{argument}, asked for by {REUSEPORT_BY}", command, Shortened(names, MostShown), argument, by);

    /// <summary>A signal was sent to a worker's process because somebody asked for it.</summary>
    public static void Signalled(this ILogger log, WorkerName worker, int pid, Signal signal, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.Sent).Of(worker, pid).With(errno)).Write(
            errno == Errno.None ? LogEventLevel.Information : LogEventLevel.Warning,
            "{worker}: {REUSEPORT_SIGNAL} sent to process {REUSEPORT_PID}{how}",
            worker, signal.ToString(), pid, errno == Errno.None ? "" : $": {errno}");

    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..most] + "...";
}
