using System.Collections.Concurrent;

namespace Reuseportd.Api.Admission;

/// <summary>Connections on which nothing is under way, in the order in which they came to that.</summary>
/// <param name="most">That there can be.</param>
internal sealed class IdleQueue(int most)
{
    private readonly ConcurrentQueue<Idleness> _idle = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <param name="time">By which this idleness is told from others of the same connection.</param>
    public void Add(AdmittedConnection admission, long time)
    {
        Interlocked.Increment(ref _count);
        _idle.Enqueue(new Idleness(admission, time));
        // What is over lies here until somebody looks.
        if (_idle.Count > 4 * most) Sweep();
    }

    /// <summary>One that was added is idle no more.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Turns away the one that has been idle for longest.</summary>
    /// <returns>Which one; null where none is.</returns>
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
