using Reuseportd.Observability.Formats;
using Serilog;
using Serilog.Configuration;

namespace Reuseportd.Observability.Destinations;

/// <summary>The forms of the log, for Serilog's <c>WriteTo</c>.</summary>
internal static class LogQueueSinkExtensions
{
    /// <summary>
    /// journald's native protocol. The name is that of the package Serilog.Sinks.Journal, which was not available: with the
    /// package, this method and its argument can be removed. Workers' lines would stay with the queue.
    /// </summary>
    public static LoggerConfiguration Journal(this LoggerSinkConfiguration to, LogQueue queue) =>
        to.Sink(new LogQueueSink(queue, new JournalEventFormat()));

    public static LoggerConfiguration Json(this LoggerSinkConfiguration to, LogQueue queue) =>
        to.Sink(new LogQueueSink(queue, new JsonEventFormat()));

    public static LoggerConfiguration Terminal(this LoggerSinkConfiguration to, LogQueue queue, bool colour) =>
        to.Sink(new LogQueueSink(queue, new ConsoleEventFormat(colour)));
}
