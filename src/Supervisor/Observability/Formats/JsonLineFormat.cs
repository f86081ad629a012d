using System.Globalization;
using System.Text;
using Reuseportd.Binding;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Formats;

/// <summary>
/// Each line is a JSON object. Numbers are JSON numbers. The text comes last, so that all fields before it are created once.
/// </summary>
internal sealed class JsonLineFormat : LineFormat
{
    private static ReadOnlySpan<byte> Start => "{\"timestamp\":\""u8;

    private static ReadOnlySpan<byte> Continued => "\"REUSEPORT_CONTINUED\":1,"u8;

    private static ReadOnlySpan<byte> Message => "\"MESSAGE\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}\n"u8;

    protected override void Append(RecordBuffer into, LogStamp stamp, ReadOnlySpan<byte> head, Line line)
    {
        if (line.Continues || !Utf8Text.IsPlain<JsonEscape>(line.Bytes))
        {
            AppendByParts(into, stamp, head, line);
            return;
        }

        var length = Start.Length + stamp.Iso.Length + head.Length + line.Bytes.Length + End.Length;
        var record = into.Reserve(length);
        Start.CopyTo(record);
        record = record[Start.Length..];
        stamp.Iso.CopyTo(record);
        record = record[stamp.Iso.Length..];
        head.CopyTo(record);
        record = record[head.Length..];
        line.Bytes.CopyTo(record);
        End.CopyTo(record[line.Bytes.Length..]);
        into.Advance(length);
        into.EndRecord();
    }

    private static void AppendByParts(RecordBuffer into, LogStamp stamp, ReadOnlySpan<byte> head, Line line)
    {
        into.Write(Start);
        into.Write(stamp.Iso);
        into.Write(head[..^Message.Length]);
        if (line.Continues) into.Write(Continued);
        into.Write(Message);
        Utf8Text.WriteEscaped<JsonEscape>(into, line.Bytes);
        into.Write(End);
        into.EndRecord();
    }

    protected override byte[] MakeHead(LineSource source)
    {
        var head = new RecordBuffer();
        Raw($"\",\"PRIORITY\":{Priority},\"SYSLOG_IDENTIFIER\":\"");
        Utf8Text.Write<JsonEscape>(head, source.Worker.Service);
        Raw($"\",\"REUSEPORT_SERVICE\":\"");
        Utf8Text.Write<JsonEscape>(head, source.Worker.Service);
        Raw($"\",\"REUSEPORT_WORKER\":{source.Worker.Index},\"REUSEPORT_PID\":{source.Pid}");
        Raw($",\"REUSEPORT_STREAM\":\"{source.StreamName}\",");
        head.Write(Message);
        return head.Bytes.ToArray();

        void Raw(FormattableString text) => head.Write(Encoding.ASCII.GetBytes(text.ToString(CultureInfo.InvariantCulture)));
    }
}
