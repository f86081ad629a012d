using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Admission;

/// <summary>
/// Lets connections in as <see cref="GateRule"/> says. Those who may nothing share a few places among them; they are told so.
/// </summary>
/// <param name="turns">Requests of one user that are under way at one time.</param>
internal sealed class ConnectionGate(AccessRule access, GateRule rule, int turns, TimeProvider time)
{
    private static readonly GateRule OfAdopted = new(MostOfOne: 16, MostOfAll: 16);

    private readonly ConcurrentDictionary<uint, UserConnections> _lanes = new();
    private readonly UserConnections _strangers = new(uint.MaxValue, OfAdopted.MostOfOne, OfAdopted.MostOfOne, time);

    /// <summary>By one thread at a time; connections may end meanwhile.</summary>
    /// <param name="left">The one that was turned away for it.</param>
    /// <returns>Null where there is no place for it, which it has been told; the socket is still the caller's.</returns>
    public AdmittedConnection? Admit(SafeSocketHandle socket, Peer peer, out AdmittedConnection? left)
    {
        var may = access.Of(peer);
        var lane = may == Access.None ? _strangers : _lanes.GetOrAdd(peer.Uid, user => new UserConnections(user, turns, rule.MostOfOne, time));
        lane.Enter();
        var entry = EntryOf(lane, peer, may, out var idlest);
        left = entry switch
        {
            Entry.ForOneOfItsUser => lane.TurnAway(),
            Entry.ForOneOfTheIdlest => idlest.TurnAway(),
            _ => null,
        };
        if (entry == Entry.Enter || left is not null) return new AdmittedConnection(socket, peer, may, lane);
        lane.Leave();
        lane.End();
        Refuse(socket, peer);
        return null;
    }

    /// <summary>Where descriptors run out, whoever has the most connections that are idle pays with one.</summary>
    /// <returns>Which one; null where none is.</returns>
    public AdmittedConnection? MakeRoom()
    {
        var idlest = _strangers;
        foreach (var (_, lane) in _lanes)
            if (lane.Load.Idle > idlest.Load.Idle) idlest = lane;
        return idlest.TurnAway();
    }

    /// <summary>The middleware of connections: what was admitted is given up at the end.</summary>
    public static ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        using var admission = connection.Features.Get<AdmittedConnection>() ?? throw new InvalidOperationException("a connection that nobody let in");
        admission.Attach(connection);
        await next(connection);
    };

    private Entry EntryOf(UserConnections own, Peer peer, Access may, out UserConnections idlest)
    {
        idlest = own;
        if (may == Access.None) return OfAdopted.Of(own.Load, all: 0, idlest: default);
        if (!Shares(peer.Uid)) return rule.Of(own.Load, all: 0, idlest: default);
        var all = 0;
        foreach (var (user, lane) in _lanes)
        {
            if (!Shares(user)) continue;
            all += lane.Load.Open;
            if (lane.Load.Idle > idlest.Load.Idle) idlest = lane;
        }

        return rule.Of(own.Load, all, idlest.Load);
    }

    private bool Shares(uint user) => user != 0 && user != access.Own;

    /// <summary>
    /// Ahead of the HTTP server, which has no answer to a connection as such; nothing of a request has been read. It fits into the
    /// socket's buffer, which is empty.
    /// </summary>
    private static void Refuse(SafeSocketHandle socket, Peer peer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemDocument($"user {peer.Uid} has too many connections; nothing was done", ProblemCode.Busy), ContractJson.Default.ProblemDocument);
        var head = $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        LocalSocket.TrySend(socket, [.. Encoding.ASCII.GetBytes(head), .. body]);
    }
}
