using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Reuseportd.Api.Contract;
using Reuseportd.Linux;

namespace Reuseportd.Api;

/// <summary>
/// Lets connections in as <see cref="GateRule"/> says. Those who may nothing share a few places among them; they are told so.
/// </summary>
/// <param name="turns">Requests of one user that are under way at one time.</param>
internal sealed class ConnectionGate(AccessRule access, GateRule rule, int turns, TimeProvider time)
{
    private static readonly GateRule OfStrangers = new(MostOfOne: 16, MostOfAll: 16);

    private readonly ConcurrentDictionary<uint, Lane> _lanes = new();
    private readonly Lane _strangers = new(uint.MaxValue, OfStrangers.MostOfOne, OfStrangers.MostOfOne, time);

    /// <summary>The middleware of connections.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || Peer.Of(socket.SafeHandle) is not { } peer)
        {
            connection.Abort();
            return;
        }

        var may = access.Of(peer);
        var lane = may == Access.None ? _strangers : _lanes.GetOrAdd(peer.Uid, user => new Lane(user, turns, rule.MostOfOne, time));
        using var place = await lane.PlaceAsync();
        if (place is null || !TryAdmit(lane, peer, may))
        {
            await RefuseAsync(connection, peer);
            return;
        }

        using var admission = new Admission(connection, peer, may, lane, () => LocalSocket.EndReceiving(socket.SafeHandle));
        connection.Features.Set(admission);
        if (!await SpeaksAsync(connection)) return;
        _ = admission.Begin();
        await next(connection);
    };

    /// <summary>
    /// Waits for the first byte, which is left to be read: until then a connection costs a fraction of what the HTTP server needs
    /// for it.
    /// </summary>
    /// <returns>False where there will be none.</returns>
    private static async Task<bool> SpeaksAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var stop = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested
            .UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), input);
        try
        {
            var read = await input.ReadAsync();
            input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private bool TryAdmit(Lane own, Peer peer, Access may)
    {
        own.Enter();
        if (Does(EntryOf(own, peer, may, out var idlest), own, idlest)) return true;
        own.Leave();
        return false;
    }

    private Entry EntryOf(Lane own, Peer peer, Access may, out Lane idlest)
    {
        idlest = own;
        if (may == Access.None) return OfStrangers.Of(own.Load, all: 0, idlest: default);
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

    private static bool Does(Entry entry, Lane own, Lane idlest) => entry switch
    {
        Entry.Enter => true,
        Entry.ForOneOfItsUser => own.TryTurnAway(),
        Entry.ForOneOfTheIdlest => idlest.TryTurnAway(),
        _ => false,
    };

    /// <summary>
    /// Ahead of the HTTP server, which has no answer to a connection as such; nothing of a request has been read.
    /// </summary>
    private static async Task RefuseAsync(ConnectionContext connection, Peer peer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemDocument($"user {peer.Uid} has too many connections; nothing was done", ProblemCode.Busy), ContractJson.Default.ProblemDocument);
        var head = $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        await connection.Transport.Output.WriteAsync(new([.. Encoding.ASCII.GetBytes(head), .. body]));
    }
}
