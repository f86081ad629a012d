namespace Reuseportd.Observability.Text;

/// <summary>Records for the destination; after a partial write, the rest.</summary>
internal readonly ref struct LogBatch
{
    private readonly ReadOnlySpan<byte> _all;
    private readonly ReadOnlySpan<int> _ends;
    private readonly int _from;

    /// <param name="all">The records without gaps.</param>
    /// <param name="ends">For each remaining record, the offset in <paramref name="all"/> after its last byte.</param>
    /// <param name="from">Number of bytes of <paramref name="all"/> that are written.</param>
    /// <param name="torn">True if the first remaining record is partly written.</param>
    public LogBatch(ReadOnlySpan<byte> all, ReadOnlySpan<int> ends, int from, bool torn = false)
    {
        _all = all;
        _ends = ends;
        _from = from;
        IsTorn = torn;
    }

    /// <summary>
    /// All bytes; the offsets of <see cref="Ends"/> refer to them. Bytes before <see cref="From"/> are written.
    /// </summary>
    public ReadOnlySpan<byte> All => _all;

    /// <summary>Offset in <see cref="All"/> of the first remaining byte.</summary>
    public int From => _from;

    /// <summary>For each remaining record, the offset in <see cref="All"/> after its last byte.</summary>
    public ReadOnlySpan<int> Ends => _ends;

    /// <summary>All remaining bytes, for a stream.</summary>
    public ReadOnlySpan<byte> Bytes => _all[_from..];

    /// <summary>Number of remaining records, including a partly written one.</summary>
    public int Count => _ends.Length;

    /// <summary>True if the first record is partly written.</summary>
    public bool IsTorn { get; }

    /// <summary>A single record.</summary>
    public ReadOnlySpan<byte> this[int index] => _all[(index == 0 ? _from : _ends[index - 1]).._ends[index]];

    /// <summary>Number of remaining bytes up to the end of record <paramref name="index"/>.</summary>
    public int LengthThrough(int index) => _ends[index] - _from;

    /// <summary>The rest after <paramref name="bytes"/> more are written.</summary>
    public LogBatch After(int bytes)
    {
        var at = _from + bytes;
        var done = 0;
        while (done < _ends.Length && _ends[done] <= at) done++;
        var start = done > 0 ? _ends[done - 1] : IsTorn ? -1 : _from;
        return new LogBatch(_all, _ends[done..], at, torn: done < _ends.Length && at != start);
    }
}
