using Reuseportd.Observability.Formats;
using Serilog;
using Serilog.Configuration;

namespace Reuseportd.Observability.Destinations;

/// <summary>The forms of the log as Serilog's <c>WriteTo</c> names them.</summary>
internal static class LogQueueSinkExtensions
{
    /// <summary>
    /// journald's native protocol. Named as the call of the package Serilog.Sinks.Journal, which could not be had when this was
    /// written: to change over is to drop the argument here and the package in. The workers' lines would stay with the queue.
    /// </summary>
    public static LoggerConfiguration Journal(this LoggerSinkConfiguration to, LogQueue queue) =>
        to.Sink(new LogQueueSink(queue, new JournalEventFormat()));

    public static LoggerConfiguration Json(this LoggerSinkConfiguration to, LogQueue queue) =>
        to.Sink(new LogQueueSink(queue, new JsonEventFormat()));

    public static LoggerConfiguration Terminal(this LoggerSinkConfiguration to, LogQueue queue, bool colour) =>
        to.Sink(new LogQueueSink(queue, new ConsoleEventFormat(colour)));
}
