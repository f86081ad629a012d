using Reuseportd.Binding;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Lines;

/// <summary>One form of the log: how a line of a worker becomes a record. The line stays bytes all the way.</summary>
internal abstract class LineFormat
{
    /// <summary>
    /// syslog's "informational", for both streams: programs write all that they log to stderr, so the stream says nothing of
    /// how bad it is.
    /// </summary>
    protected const int Priority = 6;

    /// <summary>Appends one record. Allocates only at the first line of a source.</summary>
    public void Append(RecordBuffer into, LogStamp stamp, LineSource source, Line line) =>
        Append(into, stamp, source.Head ??= MakeHead(source), line);

    protected abstract void Append(RecordBuffer into, LogStamp stamp, ReadOnlySpan<byte> head, Line line);

    protected abstract byte[] MakeHead(LineSource source);
}
