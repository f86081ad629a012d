using Reuseportd.Model;

namespace Reuseportd.Observability.Lines;

/// <summary>What one read of a worker's stream brought.</summary>
/// <param name="At">When it was read, UTC.</param>
internal readonly record struct OutputPiece(DateTime At, int Pid, OutputStream Stream, byte[] Bytes);

/// <summary>Pieces since somebody looked last.</summary>
/// <param name="LostLines">
/// Ends of lines that have been written over ahead of them, and that were not among earlier pieces.
/// </param>
/// <param name="Next">Where to look from the next time.</param>
internal readonly record struct OutputPieces(IReadOnlyList<OutputPiece> Pieces, long LostLines, OutputPlace Next);

/// <summary>A place in a worker's output.</summary>
/// <param name="Piece">Number of the first piece behind it.</param>
/// <param name="Lines">Ends of lines ahead of it.</param>
internal readonly record struct OutputPlace(long Piece, long Lines);

/// <summary>
/// The newest output of one worker, as it was read: bytes in a ring, and where each read begins. Written by one thread, read by
/// any. Lines are made of it when somebody asks, so that to keep it costs one copy of what was read.
/// </summary>
internal sealed class OutputTail(WorkerName worker, int capacity)
{
    /// <summary>Of the note of one piece; a ring holds no more notes than it could hold of these bytes.</summary>
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

    /// <summary>When something was kept last, by the clock of its writer; only the writer asks.</summary>
    public DateTime Newest { get; private set; }

    /// <summary>Taken out of use: what is written to it is seen by nobody.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether these bytes would push out others.</summary>
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

    /// <summary>A copy of what is kept behind a place that an earlier answer gave; of all behind the first.</summary>
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
