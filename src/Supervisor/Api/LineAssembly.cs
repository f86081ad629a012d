using System.Text;
using Reuseportd.Api.Contract;
using Reuseportd.Observability;

namespace Reuseportd.Api;

/// <summary>Makes lines of what was read of one worker: a line may come in several pieces, and two streams in turns.</summary>
internal sealed class LineAssembly(OutputTail tail)
{
    /// <summary>A longer line is cut.</summary>
    private const int Longest = 8 << 10;

    private readonly Dictionary<(int Pid, OutputStream Stream), List<byte>> _begun = [];

    public OutputTail Tail => tail;

    public long Next { get; set; }

    /// <summary>Ends of lines that had been written over by the last look.</summary>
    public long LostLines { get; set; }

    /// <param name="isAll">Whether no more is to come: what has been begun counts as a line, too.</param>
    public IEnumerable<(DateTime At, LogLine Line)> Take(IEnumerable<OutputPiece> pieces, bool isAll)
    {
        var last = DateTime.MinValue;
        foreach (var piece in pieces)
        {
            last = piece.At;
            if (!_begun.TryGetValue((piece.Pid, piece.Stream), out var begun)) _begun[(piece.Pid, piece.Stream)] = begun = [];
            for (var rest = piece.Bytes.AsMemory(); !rest.IsEmpty;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                var length = Math.Min(end < 0 ? rest.Length : end, Longest - begun.Count);
                begun.AddRange(rest.Span[..length]);
                var isWhole = length == end || begun.Count == Longest;
                rest = rest[(length + (length == end ? 1 : 0))..];
                if (isWhole && Finish(piece, begun) is { } line) yield return (piece.At, line);
            }

            if (begun.Count == 0) _begun.Remove((piece.Pid, piece.Stream));
        }

        if (!isAll) yield break;
        foreach (var ((pid, stream), begun) in _begun)
            if (Finish(new OutputPiece(last, pid, stream, []), begun) is { } line) yield return (last, line);
    }

    /// <returns>Null for words of the preload library, which are no output of the worker.</returns>
    private LogLine? Finish(OutputPiece piece, List<byte> begun)
    {
        var text = Encoding.UTF8.GetString([.. begun]).TrimEnd('\r');
        begun.Clear();
        return piece.Stream == OutputStream.Stderr && text.StartsWith("libreuseport:", StringComparison.Ordinal)
            ? null
            : new LogLine(
                EventDocuments.Time(piece.At), tail.Worker.Service, tail.Worker.ToString(), piece.Pid, LineSource.NameOf(piece.Stream), text);
    }
}
