using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Http;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Admission;

/// <summary>
/// An accepted connection, its user or address, and its state: idle, or with a running request. The daemon closes an idle
/// connection without the loss of a request: it shuts down the receiving side and answers all sent requests. The client's next
/// write fails (EPIPE).
/// </summary>
internal sealed class AdmittedConnection : IDisposable
{
    private const long Leaving = -1;
    private const long Gone = -2;

    private readonly UserConnections _user;
    private CancellationTokenSource? _closed;
    private CancellationTokenRegistration _closing;

    /// <summary>Even: idle; each idle period has its own number. Odd: a request runs.</summary>
    private long _state;

    /// <param name="socket">The caller keeps and closes it.</param>
    public AdmittedConnection(SafeSocketHandle socket, UserConnections user)
    {
        (Socket, _user) = (socket, user);
        _user.Rest(this, _state);
    }

    public SafeSocketHandle Socket { get; }

    /// <summary>The epoll token of the connection in <see cref="PendingConnections"/>.</summary>
    public ulong Token { get; set; }

    /// <summary>Null for a connection of a network.</summary>
    public Peer? Peer { get; init; }

    public Access Access { get; init; }

    /// <summary>
    /// Hands the connection to the HTTP server. The server takes a receiving side that is shut down for a client that has gone,
    /// so it must not see that.
    /// </summary>
    public void Attach(ConnectionContext connection)
    {
        _closed = new CancellationTokenSource();
        _closing = connection.ConnectionClosed.UnsafeRegister(
            static admission => ((AdmittedConnection)admission!).OnClosed(), this);
        connection.ConnectionClosed = _closed.Token;
    }

    public bool IsIdle(long time) => Volatile.Read(ref _state) == time;

    /// <summary>Waits until a request of the user may run. The caller disposes of the result at the end of the request.</summary>
    /// <exception cref="Problem">Too many requests of the user run.</exception>
    public ValueTask<IDisposable> TurnAsync(CancellationToken gone) => _user.TurnAsync(gone);

    /// <summary>
    /// A request has arrived. The connection is idle again after the last byte of the answer: the daemon must not close it
    /// earlier.
    /// </summary>
    public static AdmittedConnection BeginRequest(HttpContext context)
    {
        if (context.Features.Get<AdmittedConnection>() is not { } admission)
            throw new InvalidOperationException("the connection was not admitted");
        if (!admission.Begin()) context.Response.Headers.Connection = "close";
        context.Response.OnCompleted(static served =>
        {
            ((AdmittedConnection)served).End();
            return Task.CompletedTask;
        }, admission);
        return admission;
    }

    /// <summary>A request, or its first byte, has arrived.</summary>
    /// <returns>True if the connection may have further requests; false if the daemon closes the connection.</returns>
    public bool Begin()
    {
        var last = Volatile.Read(ref _state);
        // The first byte of the first request has begun it.
        if (!IsIdleState(last)) return last >= 0;
        if (Interlocked.CompareExchange(ref _state, last + 1, last) != last) return false;
        _user.Wake(last);
        return true;
    }

    public void End()
    {
        var busy = Volatile.Read(ref _state);
        if (busy < 0 || IsIdleState(busy) || Interlocked.CompareExchange(ref _state, busy + 1, busy) != busy) return;
        _user.Rest(this, busy + 1);
    }

    /// <summary>Closes the connection if it is still in that idle period.</summary>
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
            if (IsIdleState(last)) _user.Wake(last);
            _user.Leave();
        }

        _user.End();
        _closing.Dispose();
        _closed?.Dispose();
    }

    private static bool IsIdleState(long state) => state >= 0 && state % 2 == 0;

    private void OnClosed()
    {
        if (Volatile.Read(ref _state) != Leaving) _closed?.Cancel();
    }
}
