using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Admission;

/// <summary>
/// Admits connections of a network by the <see cref="GateRule"/>: each address has a share, and beyond it the daemon closes the
/// connection that has been idle for longest. So neither idle connections nor unfinished handshakes of TLS keep others out.
/// Thread-safe.
/// </summary>
/// <param name="turns">Requests of one address that may run at one time.</param>
/// <param name="waiting">
/// Requests of one address that may wait for a turn. With <paramref name="turns"/>, they are fewer than the share of an address:
/// some of its connections are idle, and can make room.
/// </param>
internal sealed class AddressGate(GateRule rule, int turns, int waiting, TimeProvider time)
{
    private const int PrefixBytes = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, UserConnections> _addresses = [];

    /// <returns>Null without room: the caller closes the socket.</returns>
    public AdmittedConnection? TryAdmit(SafeSocketHandle socket, EndPoint? from)
    {
        var name = NameOf(from);
        lock (_lock)
        {
            if (!_addresses.TryGetValue(name, out var own))
            {
                Forget();
                own = new UserConnections(name.ToString(), turns, rule.MostOfOne, waiting, time);
                _addresses.Add(name, own);
            }

            own.Enter();
            if (TryMakeRoom(own)) return new AdmittedConnection(socket, own);
            own.Leave();
            own.End();
            return null;
        }
    }

    private bool TryMakeRoom(UserConnections own)
    {
        var idlest = own;
        var all = 0;
        foreach (var one in _addresses.Values)
        {
            all += one.Load.Open;
            if (one.Load.Idle > idlest.Load.Idle) idlest = one;
        }

        return rule.Decide(own.Load, all, idlest.Load) switch
        {
            Entry.Enter => true,
            Entry.ForOneOfItsUser => own.TurnAway() is not null,
            Entry.ForOneOfTheIdlest => idlest.TurnAway() is not null,
            _ => false,
        };
    }

    /// <summary>Forgets the addresses without connections.</summary>
    private void Forget()
    {
        foreach (var (name, one) in _addresses)
            if (one.Load is { Open: 0, Leaving: 0 }) _addresses.Remove(name);
    }

    /// <summary>
    /// A host has many IPv6 addresses, so its network (/64) counts. Clients of a socket with a path share one name.
    /// </summary>
    private static IPAddress NameOf(EndPoint? from)
    {
        if (from is not IPEndPoint { Address: var address }) return IPAddress.None;
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return new IPAddress(bytes);
    }
}
