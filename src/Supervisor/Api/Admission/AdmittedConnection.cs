using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Reuseportd.Api.Http;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Admission;

/// <summary>
/// A connection that was let in: whose it is, and whether a request is under way on it. One that is idle can be turned away, and
/// no request is lost by it: its receiving side ends, so what the client had sent until then is still read and answered, and what
/// it sends afterwards fails at once (EPIPE).
/// </summary>
internal sealed class AdmittedConnection : IDisposable
{
    private const long Leaving = -1;
    private const long Gone = -2;

    private readonly UserConnections _lane;
    private CancellationTokenSource? _closed;
    private CancellationTokenRegistration _closing;

    /// <summary>Even: idle, for the so-manieth time; odd: a request is under way.</summary>
    private long _state;

    /// <param name="socket">Of the connection; it is owned by whoever has the connection.</param>
    public AdmittedConnection(SafeSocketHandle socket, Peer peer, Access access, UserConnections lane)
    {
        (Socket, Peer, Access, _lane) = (socket, peer, access, lane);
        _lane.Rest(this, _state);
    }

    public SafeSocketHandle Socket { get; }

    /// <summary>What the <see cref="PendingConnections"/> knows it by.</summary>
    public ulong Token { get; set; }

    public Peer Peer { get; }

    public Access Access { get; }

    /// <summary>
    /// The HTTP server has the connection from here on. It takes the end of receiving for that of the client, and would not
    /// answer any more.
    /// </summary>
    public void Attach(ConnectionContext connection)
    {
        _closed = new CancellationTokenSource();
        _closing = connection.ConnectionClosed.UnsafeRegister(static admission => ((AdmittedConnection)admission!).OnClosed(), this);
        connection.ConnectionClosed = _closed.Token;
    }

    public bool IsIdle(long time) => Volatile.Read(ref _state) == time;

    /// <summary>Waits until a request of the user may be served; it is over when what is returned is disposed of.</summary>
    /// <exception cref="Problem">Too many are under way.</exception>
    public ValueTask<IDisposable> TurnAsync(CancellationToken gone) => _lane.TurnAsync(gone);

    /// <summary>A request has come, or its first byte.</summary>
    /// <returns>Whether more may come on this connection; false where it was turned away meanwhile.</returns>
    public bool Begin()
    {
        var last = Volatile.Read(ref _state);
        // The first is known by its first byte.
        if (!IsIdleState(last)) return last >= 0;
        if (Interlocked.CompareExchange(ref _state, last + 1, last) != last) return false;
        _lane.Wake(last);
        return true;
    }

    public void End()
    {
        var busy = Volatile.Read(ref _state);
        if (busy < 0 || IsIdleState(busy) || Interlocked.CompareExchange(ref _state, busy + 1, busy) != busy) return;
        _lane.Rest(this, busy + 1);
    }

    /// <summary>Ends the connection where it has been idle since then.</summary>
    public bool TryTurnAway(long time)
    {
        if (Interlocked.CompareExchange(ref _state, Leaving, time) != time) return false;
        LocalSocket.EndReceiving(Socket);
        return true;
    }

    /// <summary>The connection has ended.</summary>
    public void Dispose()
    {
        var last = Interlocked.Exchange(ref _state, Gone);
        if (last == Gone) return;
        if (last >= 0)
        {
            if (IsIdleState(last)) _lane.Wake(last);
            _lane.Leave();
        }

        _lane.End();
        _closing.Dispose();
        _closed?.Dispose();
    }

    private static bool IsIdleState(long state) => state >= 0 && state % 2 == 0;

    private void OnClosed()
    {
        if (Volatile.Read(ref _state) != Leaving) _closed?.Cancel();
    }
}
