using System.Globalization;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog.Events;

namespace Reuseportd.Observability.Formats;

/// <summary>Each event is a journal entry, in journald's native protocol.</summary>
internal sealed class JournalEventFormat : IEventFormat
{
    public void Append(RecordBuffer into, LogEvent happened)
    {
        JournalField.Write(into, "PRIORITY", EventFields.Priority(happened.Level).ToString(CultureInfo.InvariantCulture));
        JournalField.Write(into, "SYSLOG_IDENTIFIER", EventFields.Identifier);
        foreach (var (name, value) in happened.Properties)
        {
            if (EventFields.NameOf(name) is { } field) JournalField.Write(into, field, EventFields.Text(value));
        }

        if (happened.Exception is { } exception) JournalField.Write(into, "REUSEPORT_EXCEPTION", exception.ToString());
        JournalField.Write(into, "MESSAGE", EventFields.Message(happened));
        into.EndRecord();
    }
}
