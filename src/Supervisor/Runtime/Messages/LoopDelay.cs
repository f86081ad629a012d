namespace Reuseportd.Runtime.Messages;

/// <summary>
/// The longest time that a message waited for the loop, in the newest full window of 15 seconds and since that window ended. Not
/// thread-safe.
/// </summary>
internal sealed class LoopDelay
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    private TimeSpan _since;
    private TimeSpan _worst;
    private TimeSpan _before;

    /// <param name="now">Time of any monotonic clock.</param>
    public void Add(TimeSpan wait, TimeSpan now)
    {
        Advance(now);
        if (wait > _worst) _worst = wait;
    }

    /// <summary>Zero if no message has waited.</summary>
    public TimeSpan Worst(TimeSpan now)
    {
        Advance(now);
        return _before > _worst ? _before : _worst;
    }

    private void Advance(TimeSpan now)
    {
        if (now - _since < Window) return;
        (_before, _worst) = (now - _since < 2 * Window ? _worst : TimeSpan.Zero, TimeSpan.Zero);
        _since = now;
    }
}
