using Reuseportd.Model;
using Serilog;

namespace Reuseportd.Observability.Events;

/// <summary>
/// Every event that the daemon logs of itself: text, severity and fields, in one place. A name in capitals in a text is a
/// field of the log as well; one that begins with a small letter is only part of the text.
/// </summary>
internal static partial class LogEvents
{
    private static ILogger Event(this ILogger log, EventKind kind) => log.ForContext(new EventDetails(kind));

    private static ILogger Event(this ILogger log, EventKind kind, WorkerName worker, int pid = 0) =>
        log.ForContext(new EventDetails(kind).Of(worker, pid));

    private static string Count(long number, string one, string? many = null) =>
        $"{number} {(number == 1 ? one : many ?? one + "s")}";

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
