using Reuseportd.Model;
using Serilog;

namespace Reuseportd.Observability.Events;

/// <summary>
/// Every event that the daemon logs: text, severity and fields, in one place. A placeholder in capitals is also a field of the
/// log; one in lower case is only part of the text.
/// </summary>
internal static partial class LogEvents
{
    private static ILogger Event(this ILogger log, EventKind kind) => log.ForContext(new EventDetails(kind));

    private static ILogger Event(this ILogger log, EventKind kind, WorkerName worker, int pid = 0) =>
        log.ForContext(new EventDetails(kind).For(worker, pid));

    private static string Count(long number, string one, string? many = null) =>
        $"{number} {(number == 1 ? one : many ?? one + "s")}";

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
