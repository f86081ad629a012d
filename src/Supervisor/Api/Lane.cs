using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Reuseportd.Api;

/// <summary>
/// The connections of one user, and the turns of their requests: so many are under way at one time, and the others wait in their
/// order, which is what bounds the memory of answers.
/// </summary>
/// <param name="turns">Requests under way at one time.</param>
/// <param name="most">Connections; no more can wait for a turn than there are.</param>
#pragma warning disable CA1001 // It lasts as long as the daemon, and so do the turns.
internal sealed class Lane(uint user, int turns, int most, TimeProvider time)
#pragma warning restore CA1001
{
    /// <summary>A request that has waited as long is refused. Ones that last, such as streams, may have all the turns.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<Idleness> _idle = new();
    private readonly ConcurrencyLimiter _places = Limiter(2 * most, 2 * most);
    private readonly ConcurrencyLimiter _turns = Limiter(turns, 2 * most);

    private int _openCount;
    private int _idleCount;

    public LaneLoad Load => new(Volatile.Read(ref _openCount), Volatile.Read(ref _idleCount));

    /// <summary>
    /// Waits where connections come faster than those that were turned away end: there may be as many of these as of the others.
    /// It is one's own until what is returned is disposed of.
    /// </summary>
    /// <returns>Null where too many wait already.</returns>
    public async ValueTask<IDisposable?> PlaceAsync() => await _places.AcquireAsync() is { IsAcquired: true } place ? place : null;

    public void Enter() => Interlocked.Increment(ref _openCount);

    public void Leave() => Interlocked.Decrement(ref _openCount);

    /// <summary>Nothing is under way on it.</summary>
    /// <param name="count">By which this time is told from others.</param>
    public void Rest(Admission admission, long count)
    {
        Interlocked.Increment(ref _idleCount);
        _idle.Enqueue(new Idleness(admission, count));
        // What is over lies here until somebody looks.
        if (_idle.Count > 4 * most) Sweep();
    }

    public void Wake() => Interlocked.Decrement(ref _idleCount);

    /// <summary>Turns away the connection that has been idle for longest.</summary>
    /// <returns>False where all have something under way.</returns>
    public bool TryTurnAway()
    {
        while (_idle.TryDequeue(out var oldest))
        {
            if (!oldest.Of.TryTurnAway(oldest.Count)) continue;
            Wake();
            Leave();
            return true;
        }

        return false;
    }

    /// <returns>The turn; it ends when that is disposed of.</returns>
    /// <exception cref="Problem">There was none in time.</exception>
    public async ValueTask<IDisposable> TurnAsync(CancellationToken gone)
    {
        if (_turns.AttemptAcquire() is { IsAcquired: true } free) return free;
        using var late = new CancellationTokenSource(LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, late.Token);
        try
        {
            if (await _turns.AcquireAsync(permitCount: 1, either.Token) is { IsAcquired: true } turn) return turn;
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            // Told below.
        }

        throw Problem.Busy($"{turns} requests of user {user} are under way, and none of them ends: streams of events and logs are such, too");
    }

    private static ConcurrencyLimiter Limiter(int permits, int waiting) =>
        new(new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    private void Sweep()
    {
        for (var looked = _idle.Count; looked > 0 && _idle.TryDequeue(out var idle); looked--)
            if (idle.Of.IsIdle(idle.Count)) _idle.Enqueue(idle);
    }

    private readonly record struct Idleness(Admission Of, long Count);
}
