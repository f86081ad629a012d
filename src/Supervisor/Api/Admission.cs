using Microsoft.AspNetCore.Connections;
using Reuseportd.Linux;

namespace Reuseportd.Api;

/// <summary>A connection that was let in: whose it is, and whether it is being served.</summary>
internal sealed class Admission(ConnectionContext connection, Peer peer, Access access)
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Gone = 2;

    private int _state = Idle;

    public Peer Peer { get; } = peer;

    public Access Access { get; } = access;

    public bool IsGone => Volatile.Read(ref _state) == Gone;

    /// <summary>A request has come.</summary>
    /// <returns>Whether it is to be served; false where the connection was taken away meanwhile.</returns>
    public bool Begin() => Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle;

    public void End() => Interlocked.CompareExchange(ref _state, Idle, Busy);

    /// <summary>Takes the connection away where nothing is being served on it.</summary>
    public bool TryEvict()
    {
        if (Interlocked.CompareExchange(ref _state, Gone, Idle) != Idle) return false;
        connection.Abort();
        return true;
    }

    public void Close() => Volatile.Write(ref _state, Gone);
}
