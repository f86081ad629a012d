using Reuseportd.Model;

namespace Reuseportd.Observability;

/// <summary>What one read of a worker's stream brought.</summary>
/// <param name="At">When it was read, UTC.</param>
internal readonly record struct OutputPiece(DateTime At, int Pid, OutputStream Stream, byte[] Bytes);

/// <summary>Pieces since somebody looked last.</summary>
/// <param name="LostLines">Ends of lines that have been written over since.</param>
/// <param name="Next">Where to look from the next time.</param>
internal readonly record struct OutputPieces(IReadOnlyList<OutputPiece> Pieces, long LostLines, long Next);

/// <summary>
/// The newest output of one worker, as it was read: bytes in a ring, and where each read begins. Written by one thread, read by any. Lines are
/// made of it when somebody asks, so that to keep it costs one copy of what was read.
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
    private long _next;
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
            _next++;
            _notes.Enqueue(new Note(now, pid, stream, chunk.Length, chunk.Count((byte)'\n')));
        }
    }

    /// <summary>A copy of what is kept behind a place that an earlier answer gave; 0 for all.</summary>
    public OutputPieces Read(long from, long lostBefore = 0)
    {
        lock (_gate)
        {
            var oldest = _next - _notes.Count;
            var pieces = new List<OutputPiece>((int)(_next - Math.Max(from, oldest)));
            var (at, number) = (_start, oldest);
            foreach (var note in _notes)
            {
                if (number++ >= from)
                {
                    var bytes = new byte[note.Length];
                    CopyOut(at, bytes);
                    pieces.Add(new OutputPiece(note.At, note.Pid, note.Stream, bytes));
                }

                at = (at + note.Length) % _bytes.Length;
            }

            return new OutputPieces(pieces, from < oldest ? _lostLines - lostBefore : 0, _next);
        }
    }

    /// <summary>The place behind all that is kept, and how many ends of lines have been written over up to now.</summary>
    public (long Next, long LostLines) Place
    {
        get
        {
            lock (_gate) return (_next, _lostLines);
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
