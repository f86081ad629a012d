using Reuseportd.Model;

namespace Reuseportd.Observability.Lines;

/// <summary>The bytes of one read from a worker's stream.</summary>
/// <param name="At">Time of the read, UTC.</param>
internal readonly record struct OutputPiece(DateTime At, int Pid, OutputStream Stream, byte[] Bytes);

/// <summary>The pieces since a reader's last read.</summary>
/// <param name="LostLines">
/// Number of line ends that were overwritten before these pieces and were not part of earlier results.
/// </param>
/// <param name="Next">Place for the next read.</param>
internal readonly record struct OutputPieces(IReadOnlyList<OutputPiece> Pieces, long LostLines, OutputPlace Next);

/// <summary>A place in a worker's output.</summary>
/// <param name="Piece">Number of the first piece after it.</param>
/// <param name="Lines">Number of line ends before it.</param>
internal readonly record struct OutputPlace(long Piece, long Lines);

/// <summary>
/// The newest output of one worker: a ring of bytes, and the start of each read. One thread writes, any thread reads. Lines are
/// formed only for a reader, so that retention costs one copy.
/// </summary>
internal sealed partial class OutputTail(WorkerName worker, int capacity)
{
    /// <summary>Bytes of one index entry; a ring has no more entries than would fill its size.</summary>
    private const int PieceCost = 40;

    private readonly object _gate = new();
    private readonly Queue<Note> _notes = new();
    private byte[] _bytes = new byte[capacity];
    private int _start;
    private int _used;
    private OutputPlace _next;
    private long _lostLines;

    public WorkerName Worker { get; } = worker;

    public int Capacity => _bytes.Length;

    /// <summary>Time of the newest output, by the writer's clock; only the writer uses it.</summary>
    public DateTime Newest { get; private set; }

    /// <summary>Removed from retention: its output is no longer read.</summary>
    public bool IsGone { get; set; }

    /// <summary>True if these bytes would overwrite others.</summary>
    public bool IsFull(int more) => _used + more > _bytes.Length;

    public void Grow(int to)
    {
        lock (_gate)
        {
            var bytes = new byte[to];
            CopyOut(_start, bytes.AsSpan(0, _used));
            (_bytes, _start) = (bytes, 0);
        }
    }

    public void Append(DateTime now, int pid, OutputStream stream, ReadOnlySpan<byte> chunk)
    {
        Newest = now;
        if (chunk.Length > _bytes.Length) chunk = chunk[^_bytes.Length..];
        lock (_gate)
        {
            while (_used + chunk.Length > _bytes.Length || _notes.Count >= _bytes.Length / PieceCost) Drop();
            var at = (_start + _used) % _bytes.Length;
            var first = Math.Min(chunk.Length, _bytes.Length - at);
            chunk[..first].CopyTo(_bytes.AsSpan(at));
            chunk[first..].CopyTo(_bytes);
            _used += chunk.Length;
            var lines = chunk.Count((byte)'\n');
            _next = new OutputPlace(_next.Piece + 1, _next.Lines + lines);
            _notes.Enqueue(new Note(now, pid, stream, chunk.Length, lines));
        }
    }

    /// <summary>A copy of the output after a place of an earlier result; of all output without one.</summary>
    public OutputPieces Read(OutputPlace from)
    {
        lock (_gate)
        {
            if (from.Piece >= _next.Piece) return new OutputPieces([], 0, _next);
            var oldest = _next.Piece - _notes.Count;
            var pieces = new List<OutputPiece>((int)(_next.Piece - Math.Max(from.Piece, oldest)));
            var (at, number) = (_start, oldest);
            foreach (var note in _notes)
            {
                if (number++ >= from.Piece)
                {
                    var bytes = new byte[note.Length];
                    CopyOut(at, bytes);
                    pieces.Add(new OutputPiece(note.At, note.Pid, note.Stream, bytes));
                }

                at = (at + note.Length) % _bytes.Length;
            }

            return new OutputPieces(pieces, from.Piece < oldest ? _lostLines - from.Lines : 0, _next);
        }
    }

    private void Drop()
    {
        var oldest = _notes.Dequeue();
        _start = (_start + oldest.Length) % _bytes.Length;
        _used -= oldest.Length;
        _lostLines += oldest.Lines;
    }

    private void CopyOut(int from, Span<byte> into)
    {
        var first = Math.Min(into.Length, _bytes.Length - from);
        _bytes.AsSpan(from, first).CopyTo(into);
        _bytes.AsSpan(0, into.Length - first).CopyTo(into[first..]);
    }

    private readonly record struct Note(DateTime At, int Pid, OutputStream Stream, int Length, int Lines);
}
