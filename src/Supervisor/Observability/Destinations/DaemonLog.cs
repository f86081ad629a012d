using System.Net.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Lines;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Reuseportd.Observability.Destinations;

/// <summary>Creates the two parts of a log in one form: the logger for events, and the format for workers' lines.</summary>
internal static class DaemonLog
{
    /// <param name="form">Not <see cref="LogForm.Auto"/>.</param>
    /// <param name="level">Lowest severity; it may change at run time.</param>
    /// <param name="colour">From <see cref="Colour.IsWanted"/>.</param>
    /// <param name="events">A further sink for events, or null.</param>
    public static Logger Create(LogForm form, LogQueue queue, LoggingLevelSwitch level, bool colour, ILogEventSink? events = null)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(level)
            // The host and the API server log much; only their warnings matter.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // Kestrel warns for each connection beyond its limit: a client could fill the log. It also warns when the machine is
            // busy for a second, which the delay of the loop tells better.
            .MinimumLevel.Override("Microsoft.AspNetCore.Server.Kestrel", LogEventLevel.Error)
            // A connection that the kernel ends is the client's matter. Events of the daemon never have such an exception.
            .Filter.ByExcluding(record => record.Exception is SocketException);
        if (events is not null) configuration.WriteTo.Sink(events);
        return (form switch
        {
            LogForm.Journal => configuration.WriteTo.Journal(queue),
            LogForm.Console => configuration.WriteTo.Terminal(queue, colour),
            LogForm.Json => configuration.WriteTo.Json(queue),
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, message: null),
        }).CreateLogger();
    }

    /// <inheritdoc cref="Create"/>
    public static LineFormat Lines(LogForm form, bool colour) => form switch
    {
        LogForm.Journal => new JournalLineFormat(),
        LogForm.Console => new ConsoleLineFormat(colour),
        LogForm.Json => new JsonLineFormat(),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, message: null),
    };

    public static LogEventLevel Level(LogThreshold threshold) => threshold switch
    {
        LogThreshold.Debug => LogEventLevel.Debug,
        LogThreshold.Information => LogEventLevel.Information,
        LogThreshold.Warning => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };
}
