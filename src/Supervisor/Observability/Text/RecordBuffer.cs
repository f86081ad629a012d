namespace Reuseportd.Observability.Text;

/// <summary>
/// Whole log records without gaps, and their ends. It has one owner at a time and is reused, so that a record costs no allocation
/// once the buffer has grown.
/// </summary>
internal sealed class RecordBuffer
{
    private const int FirstBytes = 4 * 1024;
    private const int FirstRecords = 64;

    private byte[] _bytes = [];
    private int[] _ends = [];

    /// <summary>Bytes written, including an unfinished record.</summary>
    public int Length { get; private set; }

    /// <summary>Number of finished records.</summary>
    public int Count { get; private set; }

    /// <summary>Size of the content in bytes: the records, and the offset of each record's end.</summary>
    public int Weight => Length + Count * sizeof(int);

    /// <summary>Memory of the buffer in bytes.</summary>
    public long Capacity => _bytes.LongLength + _ends.LongLength * sizeof(int);

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    public LogBatch Batch => new(Bytes, Ends, 0);

    /// <summary>A span of at least <paramref name="count"/> bytes to write to; call <see cref="Advance"/> after that.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Write(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Ends the present record.</summary>
    public void EndRecord()
    {
        if (Count == _ends.Length) GrowEnds(1);
        _ends[Count++] = Length;
    }

    /// <summary>Adds all records of another buffer.</summary>
    public void Write(RecordBuffer records)
    {
        var start = Length;
        Write(records.Bytes);
        if (_ends.Length - Count < records.Count) GrowEnds(records.Count);
        foreach (var end in records.Ends) _ends[Count++] = start + end;
    }

    public void Clear()
    {
        Length = 0;
        Count = 0;
    }

    private void Grow(int count)
    {
        // Not zeroed: pages that are never written take no memory.
        var size = Math.Max(Math.Max(FirstBytes, _bytes.Length * 2), checked(Length + count));
        var larger = GC.AllocateUninitializedArray<byte>(size);
        Bytes.CopyTo(larger);
        _bytes = larger;
    }

    private void GrowEnds(int count) =>
        Array.Resize(ref _ends, Math.Max(Math.Max(FirstRecords, _ends.Length * 2), checked(Count + count)));
}
