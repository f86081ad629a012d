namespace Reuseportd.Runtime.Output;

/// <summary>Counts lost outcomes of the kernel, so that the log has one event of them in each interval. Pure.</summary>
internal sealed class LossCount
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private TimeSpan _quietUntil = TimeSpan.MinValue;
    private long _untold;
    private bool _hasFirst;

    /// <summary>When <see cref="Take"/> returns a number; null if no outcome is untold.</summary>
    public TimeSpan? Due => _untold == 0 ? null : _quietUntil;

    /// <summary>Counts the first lost outcome, which the kernel tells at once.</summary>
    public void AddFirst() => (_untold, _hasFirst) = (_untold + 1, true);

    /// <param name="count">Lost outcomes that a later outcome carries, with the first.</param>
    public void Add(long count)
    {
        if (count == 0) return;
        _untold += _hasFirst ? count - 1 : count;
        _hasFirst = false;
    }

    /// <returns>Lost outcomes to tell now; 0 before <see cref="Due"/>.</returns>
    public long Take(TimeSpan now)
    {
        if (Due is not { } due || now < due) return 0;
        var count = _untold;
        (_untold, _quietUntil) = (0, now + Interval);
        return count;
    }

    /// <summary>The rest, after the last outcome.</summary>
    public long TakeAll()
    {
        var count = _untold;
        _untold = 0;
        return count;
    }
}
