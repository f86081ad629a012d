namespace Reuseportd.Binding;

/// <summary>
/// Admits a number of lines in each interval and counts the others. An interval begins with its first line, so a quiet stream has
/// its whole burst. A stream has two limits: one for the worker's lines and one for the preload library's. So a flood of output
/// cannot drop the outcome that readiness waits for.
/// </summary>
/// <param name="interval">Length of the interval.</param>
/// <param name="burst">Lines in each interval; 0 for no limit.</param>
internal struct RateLimit(TimeSpan interval, int burst)
{
    private TimeSpan _end;
    private int _admitted;
    private long _dropped;

    /// <summary>The time to report dropped lines even if no further line comes; null if no line was dropped.</summary>
    public readonly TimeSpan? Due => _dropped > 0 ? _end : null;

    /// <param name="now">Monotonic time since any fixed moment.</param>
    /// <param name="dropped">Lines that were dropped in an earlier interval and are not reported yet; report them before this
    /// line.</param>
    /// <returns>True if the line is admitted.</returns>
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

    /// <summary>
    /// Returns, once, the lines dropped in an interval that is over at <paramref name="now"/>; 0 while the interval lasts.
    /// </summary>
    public long Collect(TimeSpan now)
    {
        if (now < _end) return 0;
        return CollectAll();
    }

    /// <summary>Returns the dropped lines that are not reported yet, at the end of the stream.</summary>
    public long CollectAll()
    {
        var dropped = _dropped;
        _dropped = 0;
        return dropped;
    }
}
