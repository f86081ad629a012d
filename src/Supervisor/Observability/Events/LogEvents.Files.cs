using Reuseportd.Model;
using Serilog;

namespace Reuseportd.Observability.Events;

/// <content>Files for the output of workers.</content>
internal static partial class LogEvents
{
    /// <summary>A file begins to lose lines.</summary>
    /// <param name="errno">None if the disk, or the reader of a FIFO, accepts nothing.</param>
    public static void FileFailed(this ILogger log, string path, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.FileFailed).With(errno)).Error(
            "{REUSEPORT_PATH} does not accept the output of workers: {why}; lines are lost until it does", path, Reason(errno));

    /// <summary>A file accepts lines again, or is closed.</summary>
    /// <param name="lines">Lines lost since <see cref="FileFailed"/>.</param>
    public static void FileLost(this ILogger log, string path, long lines, Errno errno, bool isClosed) =>
        log.ForContext(new EventDetails(EventKind.FileLost).With("REUSEPORT_COUNT", lines).With(errno)).Warning(
            "{REUSEPORT_PATH} lost {lines}: {why}; {now}",
            path, Count(lines, "line"), Reason(errno), isClosed ? "it was closed" : "it accepts output again");

    /// <summary>A file could not be opened again; output continues in the open file.</summary>
    public static void ReopenFailed(this ILogger log, string path, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.ReopenFailed).With(errno)).Error(
            "{REUSEPORT_PATH} could not be opened again: {errno}; the output of workers continues in the open file",
            path, errno.ToString());

    private static string Reason(Errno errno) => errno == Errno.None ? "no room" : errno.ToString();
}
