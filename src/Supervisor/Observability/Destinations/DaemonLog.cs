using Reuseportd.Model;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Lines;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Reuseportd.Observability.Destinations;

/// <summary>Makes the two halves of the log in one form: the logger for events, and the format for workers' lines.</summary>
internal static class DaemonLog
{
    /// <param name="form">Resolved; not <see cref="LogForm.Auto"/>.</param>
    /// <param name="level">Least severity; may be changed while it runs.</param>
    /// <param name="colour">As <see cref="Colour.IsWanted"/> says.</param>
    /// <param name="events">Who else is told.</param>
    public static Logger Create(LogForm form, LogQueue queue, LoggingLevelSwitch level, bool colour, ILogEventSink? events = null)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(level)
            // The host's and the API server's chatter; their warnings are of interest.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // A warning for each connection that is one too many: a client could fill the log.
            .MinimumLevel.Override("Microsoft.AspNetCore.Server.Kestrel.Connections", LogEventLevel.Error);
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
