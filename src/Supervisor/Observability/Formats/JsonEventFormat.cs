using System.Globalization;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog.Events;

namespace Reuseportd.Observability.Formats;

/// <summary>Each event is a JSON object, with the fields of <see cref="JsonLineFormat"/>.</summary>
internal sealed class JsonEventFormat : IEventFormat
{
    private const int LongestNumber = 64;

    public void Append(RecordBuffer into, LogEvent happened)
    {
        into.Write("{\"timestamp\":\""u8);
        WriteFormatted(into, happened.Timestamp.UtcDateTime, LogStamp.IsoFormat);
        into.Write("\",\"PRIORITY\":"u8);
        WriteFormatted(into, EventFields.Priority(happened.Level), format: null);
        into.Write(",\"SYSLOG_IDENTIFIER\":"u8);
        WriteString(into, EventFields.Identifier);
        foreach (var (name, value) in happened.Properties)
        {
            if (EventFields.NameOf(name) is not { } field) continue;
            into.Write((byte)',');
            WriteString(into, field);
            into.Write((byte)':');
            WriteValue(into, value);
        }

        if (happened.Exception is { } exception)
        {
            into.Write(",\"REUSEPORT_EXCEPTION\":"u8);
            WriteString(into, exception.ToString());
        }

        into.Write(",\"MESSAGE\":"u8);
        WriteString(into, EventFields.Message(happened));
        into.Write("}\n"u8);
        into.EndRecord();
    }

    private static void WriteValue(RecordBuffer into, LogEventPropertyValue value)
    {
        switch ((value as ScalarValue)?.Value)
        {
            case null when value is ScalarValue:
                into.Write("null"u8);
                break;
            case bool truth:
                into.Write(truth ? "true"u8 : "false"u8);
                break;
            case double number when double.IsFinite(number):
                WriteFormatted(into, number, "R");
                break;
            case float number when float.IsFinite(number):
                WriteFormatted(into, number, "R");
                break;
            case IUtf8SpanFormattable number and (sbyte or byte or short or ushort or int or uint or long or ulong or decimal):
                WriteFormatted(into, number, format: null);
                break;
            default:
                WriteString(into, EventFields.Text(value));
                break;
        }
    }

    private static void WriteFormatted(RecordBuffer into, IUtf8SpanFormattable value, string? format)
    {
        value.TryFormat(into.Reserve(LongestNumber), out var length, format, CultureInfo.InvariantCulture);
        into.Advance(length);
    }

    private static void WriteString(RecordBuffer into, string text)
    {
        into.Write((byte)'"');
        Utf8Text.Write<JsonEscape>(into, text);
        into.Write((byte)'"');
    }
}
