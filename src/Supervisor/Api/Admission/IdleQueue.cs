using System.Collections.Concurrent;

namespace Reuseportd.Api.Admission;

/// <summary>Idle connections, the one that has been idle for longest first.</summary>
/// <param name="most">The number of connections that there can be.</param>
internal sealed class IdleQueue(int most)
{
    private readonly ConcurrentQueue<Idleness> _idle = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <param name="time">The number of this idle period of the connection.</param>
    public void Add(AdmittedConnection admission, long time)
    {
        Interlocked.Increment(ref _count);
        _idle.Enqueue(new Idleness(admission, time));
        // Idle periods that are over stay in the queue until a sweep.
        if (_idle.Count > 4 * most) Sweep();
    }

    /// <summary>A connection of the queue is no longer idle.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Closes the connection that has been idle for longest.</summary>
    /// <returns>That connection; null if none is idle.</returns>
    public AdmittedConnection? TurnAway()
    {
        while (_idle.TryDequeue(out var oldest))
        {
            if (!oldest.Of.TryTurnAway(oldest.Time)) continue;
            Leave();
            return oldest.Of;
        }

        return null;
    }

    private void Sweep()
    {
        for (var looked = _idle.Count; looked > 0 && _idle.TryDequeue(out var idle); looked--)
            if (idle.Of.IsIdle(idle.Time)) _idle.Enqueue(idle);
    }

    private readonly record struct Idleness(AdmittedConnection Of, long Time);
}
