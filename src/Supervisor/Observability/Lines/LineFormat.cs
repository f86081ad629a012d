using Reuseportd.Binding;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Lines;

/// <summary>A form of the log: converts a worker's line to a record. The line stays bytes throughout.</summary>
internal abstract class LineFormat
{
    /// <summary>
    /// syslog's "informational", for both streams: programs write all kinds of messages to stderr, so the stream tells no
    /// severity.
    /// </summary>
    protected const int Priority = 6;

    /// <summary>Appends one record. Allocates only for the first line of a source.</summary>
    public void Append(RecordBuffer into, LogStamp stamp, LineSource source, Line line) =>
        Append(into, stamp, source.Head ??= MakeHead(source), line);

    protected abstract void Append(RecordBuffer into, LogStamp stamp, ReadOnlySpan<byte> head, Line line);

    protected abstract byte[] MakeHead(LineSource source);
}
