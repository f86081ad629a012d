namespace Reuseportd.Runtime.Output;

/// <summary>
/// Decides which unfinished lines are kept. A line that is not much longer than what was read with it always is. Others share a
/// number of bytes each second: a worker that writes single bytes would cost thousands of times what it writes.
/// </summary>
internal sealed class LineBudget
{
    private const int BytesEachSecond = 4 << 20;
    private const int LinePerByte = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private TimeSpan _since;
    private long _used;

    /// <param name="line">Bytes of the line.</param>
    /// <param name="read">Bytes that were read with it.</param>
    public bool Allows(int line, long read, TimeSpan now)
    {
        if (line <= LinePerByte * read) return true;
        if (now - _since >= Interval) (_since, _used) = (now, 0);
        _used += line;
        return _used <= BytesEachSecond;
    }
}
