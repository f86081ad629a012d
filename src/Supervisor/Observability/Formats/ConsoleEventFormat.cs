using System.Globalization;
using System.Text;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog.Events;

namespace Reuseportd.Observability.Formats;

/// <summary>For terminals: <c>12:34:56.789 reuseportd info | text</c>.</summary>
internal sealed class ConsoleEventFormat(bool colour) : IEventFormat
{
    public void Append(RecordBuffer into, LogEvent happened)
    {
        // Serilog's timestamp is local time.
        into.Write(Encoding.ASCII.GetBytes(happened.Timestamp.ToString(LogStamp.ClockFormat, CultureInfo.InvariantCulture)));
        into.Write((byte)' ');
        if (colour) into.Write(Colour.OfLevel(happened.Level));
        into.Write("reuseportd "u8);
        into.Write(Word(happened.Level));
        if (colour) into.Write(Colour.Reset);
        into.Write(" | "u8);
        Utf8Text.Write<TerminalEscape>(into, EventFields.Message(happened));
        if (happened.Exception is { } exception)
        {
            foreach (var line in exception.ToString().Split('\n'))
            {
                into.Write("\n    "u8);
                Utf8Text.Write<TerminalEscape>(into, line);
            }
        }

        into.Write((byte)'\n');
        into.EndRecord();
    }

    private static ReadOnlySpan<byte> Word(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "fatal"u8,
        LogEventLevel.Error => "error"u8,
        LogEventLevel.Warning => "warning"u8,
        LogEventLevel.Information => "info"u8,
        _ => "debug"u8,
    };
}
