namespace Reuseportd.Runtime.Messages;

/// <summary>
/// The longest time that anything has waited for the loop lately: within the newest quarter of a minute that is over, and since. Of
/// one thread.
/// </summary>
internal sealed class LoopDelay
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    private TimeSpan _since;
    private TimeSpan _worst;
    private TimeSpan _before;

    /// <param name="now">On any clock that does not go back.</param>
    public void Add(TimeSpan wait, TimeSpan now)
    {
        Pass(now);
        if (wait > _worst) _worst = wait;
    }

    /// <summary>Zero where nothing has waited.</summary>
    public TimeSpan Worst(TimeSpan now)
    {
        Pass(now);
        return _before > _worst ? _before : _worst;
    }

    private void Pass(TimeSpan now)
    {
        if (now - _since < Window) return;
        (_before, _worst) = (now - _since < 2 * Window ? _worst : TimeSpan.Zero, TimeSpan.Zero);
        _since = now;
    }
}
