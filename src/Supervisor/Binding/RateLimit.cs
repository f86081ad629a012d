namespace Reuseportd.Binding;

/// <summary>
/// Admits so many lines in each interval and counts the rest. An interval begins with its first line, so a quiet stream has its
/// whole burst. A stream has two of these: one for its own lines, and one for the preload library's, so that no flood of the
/// worker's own words costs the outcome that it is waited for, and a worker that binds in a loop is bounded all the same.
/// </summary>
/// <param name="interval">Length of the interval.</param>
/// <param name="burst">Lines in each interval; 0 for no limit.</param>
internal struct RateLimit(TimeSpan interval, int burst)
{
    private TimeSpan _end;
    private int _admitted;
    private long _dropped;

    /// <summary>When the number of dropped lines can be said, though no further line comes; null while none is dropped.</summary>
    public readonly TimeSpan? Due => _dropped > 0 ? _end : null;

    /// <param name="now">Monotonic time since any fixed moment.</param>
    /// <param name="dropped">Lines dropped in an interval that is over, not told before; to be said ahead of this line.</param>
    /// <returns>Whether the line is let through.</returns>
    public bool Admit(TimeSpan now, out long dropped)
    {
        dropped = 0;
        if (burst == 0) return true;
        if (now >= _end)
        {
            dropped = _dropped;
            _dropped = 0;
            _admitted = 0;
            _end = now + interval;
        }

        if (_admitted < burst)
        {
            _admitted++;
            return true;
        }

        _dropped++;
        return false;
    }

    /// <summary>The lines dropped in an interval that is over at <paramref name="now"/>, once; 0 while it lasts.</summary>
    public long Collect(TimeSpan now)
    {
        if (now < _end) return 0;
        return CollectAll();
    }

    /// <summary>The lines dropped and not told yet, at the end of the stream.</summary>
    public long CollectAll()
    {
        var dropped = _dropped;
        _dropped = 0;
        return dropped;
    }
}
