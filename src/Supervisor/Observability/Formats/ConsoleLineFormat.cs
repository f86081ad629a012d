using System.Text;
using Reuseportd.Binding;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Formats;

/// <summary>
/// For terminals: <c>12:34:56.789 web@0 stdout | text</c>, with <c>+</c> instead of <c>|</c> if the line continues.
/// </summary>
internal sealed class ConsoleLineFormat(bool colour) : LineFormat
{
    protected override void Append(RecordBuffer into, LogStamp stamp, ReadOnlySpan<byte> head, Line line)
    {
        into.Write(stamp.Clock);
        into.Write(head);
        into.Write(line.Continues ? "+ "u8 : "| "u8);
        // Without this, the carriage return of a DOS line ending would appear as an escape.
        Utf8Text.Write<TerminalEscape>(into, line.Cut ? line.Bytes : line.Bytes.TrimEnd((byte)'\r'));
        into.Write((byte)'\n');
        into.EndRecord();
    }

    protected override byte[] MakeHead(LineSource source)
    {
        var head = new RecordBuffer();
        head.Write((byte)' ');
        if (colour) head.Write(Colour.OfWorker(source.Worker.Index));
        Utf8Text.Write<TerminalEscape>(head, source.Worker.ToString());
        head.Write((byte)' ');
        head.Write(Encoding.ASCII.GetBytes(source.StreamName));
        if (colour) head.Write(Colour.Reset);
        head.Write((byte)' ');
        return head.Bytes.ToArray();
    }
}
