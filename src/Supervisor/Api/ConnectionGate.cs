using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Reuseportd.Linux;

namespace Reuseportd.Api;

/// <summary>
/// Lets connections in, so many of each user. One that is too many takes the place of that user's oldest on which nothing is served: idle ones
/// lock nobody out, neither others nor the user. Those who may nothing share a few places; they are told so.
/// </summary>
/// <param name="most">Of one user.</param>
internal sealed class ConnectionGate(AccessRule rule, int most)
{
    private const int MostOfStrangers = 16;

    private readonly ConcurrentDictionary<uint, Lane> _lanes = new();
    private readonly Lane _strangers = new(MostOfStrangers);

    /// <summary>The middleware of connections.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || Peer.Of(socket.SafeHandle) is not { } peer)
        {
            connection.Abort();
            return;
        }

        var access = rule.Of(peer);
        var lane = access == Access.None ? _strangers : _lanes.GetOrAdd(peer.Uid, _ => new Lane(most));
        var admission = new Admission(connection, peer, access);
        if (!lane.TryEnter(admission))
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(admission);
        try
        {
            await next(connection);
        }
        finally
        {
            admission.Close();
            lane.Leave();
        }
    };

    /// <summary>The connections of one user, the oldest first.</summary>
    private sealed class Lane(int most)
    {
        private readonly ConcurrentQueue<Admission> _arrivals = new();
        private int _count;

        public bool TryEnter(Admission arrival)
        {
            if (Interlocked.Increment(ref _count) > most && !TryMakeRoom())
            {
                Leave();
                return false;
            }

            _arrivals.Enqueue(arrival);
            // Those that have gone by themselves lie here until somebody looks.
            if (_arrivals.Count > 2 * most) Sweep();
            return true;
        }

        public void Leave() => Interlocked.Decrement(ref _count);

        private bool TryMakeRoom()
        {
            for (var looked = _arrivals.Count; looked > 0 && _arrivals.TryDequeue(out var oldest); looked--)
            {
                if (oldest.TryEvict()) return true;
                if (!oldest.IsGone) _arrivals.Enqueue(oldest);
            }

            return false;
        }

        private void Sweep()
        {
            for (var looked = _arrivals.Count; looked > 0 && _arrivals.TryDequeue(out var arrival); looked--)
                if (!arrival.IsGone) _arrivals.Enqueue(arrival);
        }
    }
}
