using System.Text;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Api.Streams;

/// <summary>
/// Assembles the lines of one worker. A line may arrive in several pieces, and pieces of two streams may alternate.
/// </summary>
/// <param name="missed">True if lines that were overwritten before the first call count as lost.</param>
internal sealed class LineAssembly(OutputTail tail, bool missed = false)
{
    /// <summary>A longer line is cut.</summary>
    private const int Longest = 8 << 10;

    /// <summary>
    /// Unfinished lines: two streams of two processes, and some of processes that ended within a line. Beyond the limit, the
    /// oldest line counts as finished.
    /// </summary>
    private const int MostBegun = 8;

    private readonly List<Begun> _begun = [];
    private bool _missed = missed;
    private OutputPlace _place;
    private long _lost;

    /// <summary>Lines since the last call. The first has the number of lines that were lost before it.</summary>
    /// <param name="isAll">True if no more output follows: an unfinished line counts as a line.</param>
    public IEnumerable<(DateTime At, LogLine Line)> Next(bool isAll = false)
    {
        var read = tail.Read(_place);
        _place = read.Next;
        if (_missed) _lost += read.LostLines;
        _missed = true;
        // A piece after a gap does not continue the line before it.
        if (read.LostLines > 0) _begun.Clear();
        foreach (var (at, line) in LinesOf(read.Pieces, isAll))
        {
            yield return (at, _lost > 0 ? line with { Lost = _lost } : line);
            _lost = 0;
        }
    }

    private IEnumerable<(DateTime At, LogLine Line)> LinesOf(IEnumerable<OutputPiece> pieces, bool isAll)
    {
        foreach (var piece in pieces)
        {
            if (_begun.Find(one => one.Pid == piece.Pid && one.Stream == piece.Stream) is not { } begun)
            {
                if (_begun.Count == MostBegun && Finish(_begun[0]) is { } oldest) yield return oldest;
                _begun.Add(begun = new Begun(piece.Pid, piece.Stream));
            }

            begun.At = piece.At;
            for (var rest = piece.Bytes.AsMemory(); !rest.IsEmpty;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                var length = Math.Min(end < 0 ? rest.Length : end, Longest - begun.Bytes.Count);
                begun.Bytes.AddRange(rest.Span[..length]);
                var isWhole = length == end || begun.Bytes.Count == Longest;
                rest = rest[(length + (length == end ? 1 : 0))..];
                if (isWhole && LineOf(begun) is { } line) yield return line;
            }

            if (begun.Bytes.Count == 0) _begun.Remove(begun);
        }

        while (isAll && _begun.Count > 0)
            if (Finish(_begun[0]) is { } line) yield return line;
    }

    private (DateTime At, LogLine Line)? Finish(Begun begun)
    {
        _begun.Remove(begun);
        return LineOf(begun);
    }

    /// <returns>Null for a line of the preload library, which is no output of the worker.</returns>
    private (DateTime At, LogLine Line)? LineOf(Begun begun)
    {
        var text = Encoding.UTF8.GetString([.. begun.Bytes]).TrimEnd('\r');
        begun.Bytes.Clear();
        return begun.Stream == OutputStream.Stderr && text.StartsWith("libreuseport:", StringComparison.Ordinal)
            ? null
            : (begun.At, new LogLine(
                EventDocuments.Time(begun.At),
                tail.Worker.Service,
                tail.Worker.ToString(),
                begun.Pid,
                LineSource.NameOf(begun.Stream),
                text));
    }

    /// <summary>An unfinished line.</summary>
    private sealed class Begun(int pid, OutputStream stream)
    {
        public int Pid { get; } = pid;

        public OutputStream Stream { get; } = stream;

        /// <summary>The time at which the daemon read the newest piece.</summary>
        public DateTime At { get; set; }

        public List<byte> Bytes { get; } = [];
    }
}
