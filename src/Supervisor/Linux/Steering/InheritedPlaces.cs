using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// The places that an earlier daemon has filled, read from the maps: the owner of each place, and its socket. A slot that joins
/// claims places. An active place stays active without a claim until <see cref="End"/>, even if its socket has closed: so flows
/// that have gone elsewhere stay there. In a slot that joins, it stays active until the slot changes.
/// </summary>
internal sealed class InheritedPlaces
{
    private readonly Dictionary<int, PlaceOwner> _owners = [];

    /// <summary>By cookie. The kernel may have removed the socket since.</summary>
    private readonly Dictionary<ulong, (SteeringProgram Program, int Place)> _sockets = [];
    private readonly HashSet<int> _unclaimed = [];

    /// <param name="former">The program from which sockets were about to move; null for none.</param>
    public InheritedPlaces(SteeringProgram program, SteeringProgram? former)
    {
        if (former is not null) ReadSockets(former);
        ReadSockets(program);
        for (var place = 0; place < program.Capacity; place++)
            if (PlaceOwner.From(program.Maps[place].Owner) is { } owner) _owners.Add(place, owner);
        foreach (var place in program.Maps.Active) _unclaimed.Add(place);
        _unclaimed.IntersectWith(_owners.Keys);
    }

    public IReadOnlyDictionary<int, PlaceOwner> Owners => _owners;

    /// <summary>Active places without a claim.</summary>
    public IReadOnlyCollection<int> Unclaimed => _unclaimed;

    /// <summary>The place of a slot's socket; null if the socket has none, or has a place of another slot.</summary>
    public int? PlaceOf(int slot, ulong cookie) =>
        cookie != 0 && _sockets.TryGetValue(cookie, out var found) && _owners.TryGetValue(found.Place, out var owner)
        && owner.Slot == slot
            ? found.Place
            : null;

    public void Claim(IEnumerable<int> places) => _unclaimed.ExceptWith(places);

    /// <summary>Makes the slot's places without a claim inactive.</summary>
    /// <returns>These places.</returns>
    public IReadOnlyList<int> Drop(int slot)
    {
        int[] dropped = [.. _unclaimed.Where(place => _owners[place].Slot == slot)];
        _unclaimed.ExceptWith(dropped);
        return dropped;
    }

    /// <summary>Takes a socket from the place that it has, so that it can have another one.</summary>
    /// <returns>False if it has no such place.</returns>
    public bool Vacate(ulong cookie) =>
        _sockets.Remove(cookie, out var found) && found.Program.CookieAt(found.Place) == cookie
        && found.Program.Remove(found.Place) == Errno.None;

    /// <summary>Forgets the sockets of a program that is about to be closed.</summary>
    public void Forget(SteeringProgram program)
    {
        foreach (var (cookie, _) in _sockets.Where(socket => socket.Value.Program == program).ToArray()) _sockets.Remove(cookie);
    }

    /// <summary>Makes the places of slots that have not joined inactive.</summary>
    public void End(Func<int, bool> hasJoined) => _unclaimed.RemoveWhere(place => !hasJoined(_owners[place].Slot));

    private void ReadSockets(SteeringProgram program)
    {
        for (var place = 0; place < program.Capacity; place++)
            if (program.CookieAt(place) is not 0 and var cookie) _sockets[cookie] = (program, place);
    }
}
