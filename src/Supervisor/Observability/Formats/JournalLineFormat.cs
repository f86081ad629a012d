using System.Globalization;
using Reuseportd.Binding;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Formats;

/// <summary>Each line is a journal entry, in journald's native protocol. journald sets the time.</summary>
internal sealed class JournalLineFormat : LineFormat
{
    protected override void Append(RecordBuffer into, LogStamp stamp, ReadOnlySpan<byte> head, Line line)
    {
        into.Write(head);
        if (line.Continues) into.Write("REUSEPORT_CONTINUED=1\n"u8);
        JournalField.Write(into, "MESSAGE"u8, line.Bytes);
        into.EndRecord();
    }

    protected override byte[] MakeHead(LineSource source)
    {
        var head = new RecordBuffer();
        JournalField.Write(head, "PRIORITY", Text(Priority));
        JournalField.Write(head, "SYSLOG_IDENTIFIER", source.Worker.Service);
        JournalField.Write(head, "REUSEPORT_SERVICE", source.Worker.Service);
        JournalField.Write(head, "REUSEPORT_WORKER", Text(source.Worker.Index));
        JournalField.Write(head, "REUSEPORT_PID", Text(source.Pid));
        JournalField.Write(head, "REUSEPORT_STREAM", source.StreamName);
        return head.Bytes.ToArray();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
