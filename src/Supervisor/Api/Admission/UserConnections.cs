using System.Threading.RateLimiting;
using Reuseportd.Api.Http;

namespace Reuseportd.Api.Admission;

/// <summary>
/// The connections of one user or address, and the turns of their requests. A limited number of requests runs at one time, which
/// bounds the memory for answers; the others wait in order.
/// </summary>
/// <param name="name">For messages.</param>
/// <param name="turns">Requests that run at one time.</param>
/// <param name="most">Connections.</param>
/// <param name="waiting">Requests that may wait for a turn.</param>
#pragma warning disable CA1001 // The object and its limiter live as long as the daemon.
internal sealed class UserConnections(string name, int turns, int most, int waiting, TimeProvider time)
#pragma warning restore CA1001
{
    /// <summary>After this time a waiting request is refused: streams may hold all turns.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly IdleQueue _silent = new(most);
    private readonly IdleQueue _resting = new(most);
    private readonly ConcurrencyLimiter _turns = new(
        new ConcurrencyLimiterOptions
        {
            PermitLimit = turns, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });

    private int _heldCount;
    private int _openCount;

    public UserLoad Load
    {
        get
        {
            var open = Volatile.Read(ref _openCount);
            return new UserLoad(open, _silent.Count + _resting.Count, Volatile.Read(ref _heldCount) - open);
        }
    }

    /// <summary>A new connection: it counts as open until it leaves, and as held until it ends.</summary>
    public void Enter()
    {
        Interlocked.Increment(ref _heldCount);
        Interlocked.Increment(ref _openCount);
    }

    /// <summary>The daemon closes a connection, or the connection ends.</summary>
    public void Leave() => Interlocked.Decrement(ref _openCount);

    /// <summary>A connection that has left has ended.</summary>
    public void End() => Interlocked.Decrement(ref _heldCount);

    /// <summary>The connection is idle.</summary>
    /// <param name="time">The number of the idle period; 0 before the first request.</param>
    public void Rest(AdmittedConnection admission, long time) => QueueOf(time).Add(admission, time);

    /// <summary>A request has arrived on an idle connection.</summary>
    /// <param name="time">As of <see cref="Rest"/>.</param>
    public void Wake(long time) => QueueOf(time).Leave();

    /// <summary>
    /// Closes the connection that has been idle for longest, of the larger group: silent connections, or connections that had a
    /// request. So a flood of silent connections does not close those of active clients, nor the reverse.
    /// </summary>
    /// <returns>That connection; null if all have a request.</returns>
    public AdmittedConnection? TurnAway()
    {
        var (first, second) = _silent.Count >= _resting.Count ? (_silent, _resting) : (_resting, _silent);
        var left = first.TurnAway() ?? second.TurnAway();
        if (left is not null) Leave();
        return left;
    }

    /// <returns>The turn; the caller disposes of it at the end of the request.</returns>
    /// <exception cref="Problem">No turn was free in time.</exception>
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
            // Refused below.
        }

        throw Problem.Busy(
            $"{turns} requests of {name} are under way, and none of them ends: streams of events and logs are such, too");
    }

    private IdleQueue QueueOf(long time) => time == 0 ? _silent : _resting;
}
