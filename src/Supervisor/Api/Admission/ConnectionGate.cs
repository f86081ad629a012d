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
/// Admits connections by the <see cref="GateRule"/>. Users without any right share a few places; their requests are refused.
/// </summary>
/// <param name="turns">Requests of one user that may run at one time.</param>
internal sealed class ConnectionGate(AccessRule access, GateRule rule, int turns, TimeProvider time)
{
    private static readonly GateRule Unauthorized = new(MostOfOne: 16, MostOfAll: 16);

    private readonly ConcurrentDictionary<uint, UserConnections> _users = new();
    private readonly UserConnections _unauthorized =
        Connections("users without rights", Unauthorized.MostOfOne, Unauthorized.MostOfOne, time);

    /// <summary>Admits or refuses a new connection. For one thread at a time; connections may end meanwhile.</summary>
    /// <param name="left">The connection that the daemon closes to make room; null for none.</param>
    /// <returns>Null without room: the client has the answer, and the caller closes the socket.</returns>
    public AdmittedConnection? Admit(SafeSocketHandle socket, Peer peer, out AdmittedConnection? left)
    {
        var may = access.Of(peer);
        var user = may == Access.None
            ? _unauthorized
            : _users.GetOrAdd(peer.Uid, uid => Connections($"user {uid}", turns, rule.MostOfOne, time));
        user.Enter();
        var entry = EntryOf(user, peer, may, out var idlest);
        left = entry switch
        {
            Entry.ForOneOfItsUser => user.TurnAway(),
            Entry.ForOneOfTheIdlest => idlest.TurnAway(),
            _ => null,
        };
        if (entry == Entry.Enter || left is not null) return new AdmittedConnection(socket, user) { Peer = peer, Access = may };
        user.Leave();
        user.End();
        Refuse(socket, peer);
        return null;
    }

    /// <summary>Closes an idle connection of the user with the most of them, as no descriptor is left.</summary>
    /// <returns>That connection; null if no connection is idle.</returns>
    public AdmittedConnection? MakeRoom()
    {
        var idlest = _unauthorized;
        foreach (var (_, user) in _users)
            if (user.Load.Idle > idlest.Load.Idle) idlest = user;
        return idlest.TurnAway();
    }

    /// <summary>Connection middleware: frees the place of the connection at its end.</summary>
    public static ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        using var admission = connection.Features.Get<AdmittedConnection>()
                              ?? throw new InvalidOperationException("the connection was not admitted");
        admission.Attach(connection);
        await next(connection);
    };

    private Entry EntryOf(UserConnections own, Peer peer, Access may, out UserConnections idlest)
    {
        idlest = own;
        if (may == Access.None) return Unauthorized.Decide(own.Load, all: 0, idlest: default);
        if (!Shares(peer.Uid)) return rule.Decide(own.Load, all: 0, idlest: default);
        var all = 0;
        foreach (var (uid, user) in _users)
        {
            if (!Shares(uid)) continue;
            all += user.Load.Open;
            if (user.Load.Idle > idlest.Load.Idle) idlest = user;
        }

        return rule.Decide(own.Load, all, idlest.Load);
    }

    /// <summary>A connection may send further requests before the answer, so more can wait than there are connections.</summary>
    private static UserConnections Connections(string name, int turns, int most, TimeProvider time) =>
        new(name, turns, most, waiting: 2 * most, time);

    private bool Shares(uint uid) => uid != 0 && uid != access.Own;

    /// <summary>
    /// Answers before the HTTP server has the connection, and before a request is read. The answer fits into the empty buffer of
    /// the socket, so the send does not block.
    /// </summary>
    private static void Refuse(SafeSocketHandle socket, Peer peer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemDocument($"user {peer.Uid} has too many connections; nothing was done", ProblemCode.Busy),
            ContractJson.Default.ProblemDocument);
        var head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
                   + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        LocalSocket.TrySend(socket, [.. Encoding.ASCII.GetBytes(head), .. body]);
    }
}
