using System.Threading.RateLimiting;
using Reuseportd.Api.Http;

namespace Reuseportd.Api.Admission;

/// <summary>
/// The connections of one user, and the turns of their requests: so many are under way at one time, and the others wait in their
/// order, which is what bounds the memory of answers.
/// </summary>
/// <param name="turns">Requests under way at one time.</param>
/// <param name="most">Connections; no more can wait for a turn than there are.</param>
#pragma warning disable CA1001 // It lasts as long as the daemon, and so do the turns.
internal sealed class UserConnections(uint user, int turns, int most, TimeProvider time)
#pragma warning restore CA1001
{
    /// <summary>A request that has waited as long is refused. Ones that last, such as streams, may have all the turns.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly IdleQueue _silent = new(most);
    private readonly IdleQueue _resting = new(most);
    private readonly ConcurrencyLimiter _turns = new(
        new ConcurrencyLimiterOptions { PermitLimit = turns, QueueLimit = 2 * most, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    private int _heldCount;
    private int _openCount;

    public LaneLoad Load
    {
        get
        {
            var open = Volatile.Read(ref _openCount);
            return new LaneLoad(open, _silent.Count + _resting.Count, Volatile.Read(ref _heldCount) - open);
        }
    }

    /// <summary>A connection has come; it counts until it leaves, and takes up room until its end.</summary>
    public void Enter()
    {
        Interlocked.Increment(ref _heldCount);
        Interlocked.Increment(ref _openCount);
    }

    /// <summary>It is turned away, or is about to end.</summary>
    public void Leave() => Interlocked.Decrement(ref _openCount);

    /// <summary>One that has left before has ended.</summary>
    public void End() => Interlocked.Decrement(ref _heldCount);

    /// <summary>Nothing is under way on it.</summary>
    /// <param name="time">By which this idleness is told from others; 0 before its first request.</param>
    public void Rest(AdmittedConnection admission, long time) => QueueOf(time).Add(admission, time);

    /// <param name="time">That of its rest.</param>
    public void Wake(long time) => QueueOf(time).Leave();

    /// <summary>
    /// Turns away one that has been idle for longest: of those that have never said anything, or of those that have, whichever are
    /// more. So neither a flood of connections ends those of clients that come back, nor do many of these end one that has just
    /// come.
    /// </summary>
    /// <returns>Which one; null where all have something under way.</returns>
    public AdmittedConnection? TurnAway()
    {
        var (first, second) = _silent.Count >= _resting.Count ? (_silent, _resting) : (_resting, _silent);
        var left = first.TurnAway() ?? second.TurnAway();
        if (left is not null) Leave();
        return left;
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

    private IdleQueue QueueOf(long time) => time == 0 ? _silent : _resting;
}
