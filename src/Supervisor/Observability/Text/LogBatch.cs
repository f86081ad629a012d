namespace Reuseportd.Observability.Text;

/// <summary>Records on their way to the destination, or what is left of them after it took some.</summary>
internal readonly ref struct LogBatch
{
    private readonly ReadOnlySpan<byte> _all;
    private readonly ReadOnlySpan<int> _ends;
    private readonly int _from;

    /// <param name="all">The records, one behind the other.</param>
    /// <param name="ends">For each record that is left the place in <paramref name="all"/> behind its last byte.</param>
    /// <param name="from">Bytes of <paramref name="all"/> that were taken already.</param>
    /// <param name="torn">Whether the first record that is left was taken in part.</param>
    public LogBatch(ReadOnlySpan<byte> all, ReadOnlySpan<int> ends, int from, bool torn = false)
    {
        _all = all;
        _ends = ends;
        _from = from;
        IsTorn = torn;
    }

    /// <summary>The bytes that <see cref="Ends"/> counts in; what is before <see cref="From"/> was taken already.</summary>
    public ReadOnlySpan<byte> All => _all;

    /// <summary>Place in <see cref="All"/> where the first record begins, or what is left of it.</summary>
    public int From => _from;

    /// <summary>For each record that is left the place in <see cref="All"/> behind its last byte.</summary>
    public ReadOnlySpan<int> Ends => _ends;

    /// <summary>All that is left, for a destination that is a stream.</summary>
    public ReadOnlySpan<byte> Bytes => _all[_from..];

    /// <summary>Records left; one taken in part counts.</summary>
    public int Count => _ends.Length;

    /// <summary>Whether the first record was taken in part.</summary>
    public bool IsTorn { get; }

    /// <summary>A record, for a destination that takes them one by one.</summary>
    public ReadOnlySpan<byte> this[int index] => _all[(index == 0 ? _from : _ends[index - 1]).._ends[index]];

    /// <summary>Bytes up to the end of record <paramref name="index"/>.</summary>
    public int LengthThrough(int index) => _ends[index] - _from;

    /// <summary>What is left once <paramref name="bytes"/> more were taken.</summary>
    public LogBatch After(int bytes)
    {
        var at = _from + bytes;
        var done = 0;
        while (done < _ends.Length && _ends[done] <= at) done++;
        var start = done > 0 ? _ends[done - 1] : IsTorn ? -1 : _from;
        return new LogBatch(_all, _ends[done..], at, torn: done < _ends.Length && at != start);
    }
}
