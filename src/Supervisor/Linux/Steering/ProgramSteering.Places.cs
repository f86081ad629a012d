using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <content>The places of the maps. Each state between two writes is one that a later daemon can continue with.</content>
internal sealed partial class ProgramSteering
{
    private void Publish()
    {
        int[] places = [.. _members.Active.SelectMany(member => member.Places), .. _inherited?.Unclaimed ?? []];
        foreach (var place in Enumerable.Range(0, _members.Places).Except(places)) _flows.Remove(place);
        foreach (var place in places) _flows.Add(place);
        var maps = _program!.Maps;
        if (!maps.FlowSlots.SequenceEqual(_flows.Slots)) maps.SetFlows(_flows.Slots);
        ushort[] active = Array.ConvertAll(places, place => (ushort)place);
        // With another order of the same places, one of them could miss its turn.
        if (maps.Active.Length != active.Length || !maps.Active.ToArray().ToHashSet().SetEquals(active)) maps.SetActive(active);
    }

    /// <summary>Tells a later daemon which slot each place belongs to, before the place has a socket.</summary>
    private void RecordOwners(GroupMembers.Member member)
    {
        foreach (var place in member.Places)
            Volatile.Write(ref _program!.Maps[place].Owner, _members.OwnerOf(place).Packed);
    }

    /// <summary>
    /// Puts a socket into the map, and attaches the program to its group: the group is new if all former sockets closed.
    /// </summary>
    private Errno Put(SteeringProgram program, int place, SharedSocket socket)
    {
        using var taken = socket.Take(out var errno);
        if (taken is null) return errno;
        errno = program.Put(place, taken);
        if (errno == Errno.Busy)
        {
            if (program.CookieAt(place) == taken.Cookie) errno = Errno.None;
            else if (_inherited?.Vacate(taken.Cookie) == true) errno = program.Put(place, taken);
        }

        return errno != Errno.None ? errno : taken.Attach(program.Program);
    }

    /// <summary>Restores the former sockets of a slot; some places may have new sockets already.</summary>
    private void Restore(GroupMembers.Member? former, GroupMembers.Member failed)
    {
        for (var ordinal = 0; ordinal < failed.Places.Count; ordinal++)
        {
            var place = failed.Places[ordinal];
            var at = former is null ? -1 : former.Places.ToList().IndexOf(place);
            if (_program is null || at >= 0 && Put(_program, place, former!.Sockets[at]) == Errno.None) continue;
            if (_inherited?.PlaceOf(failed.Slot, failed.Sockets[ordinal].Cookie) == place) continue;
            _ = _program.Remove(place);
        }
    }

    /// <summary>Loads a program with room for all places.</summary>
    private Errno Provide()
    {
        if (_program is not null && _members.Places <= _capacity) return Errno.None;
        EndMove();
        var capacity = CapacityFor(Math.Max(_members.Places, _program is null ? _capacity : 2 * _capacity));
        var larger = SteeringProgram.Load(capacity, out var errno);
        if (larger is null) return errno;
        larger.Maps.SetBalance(_balance);
        if (_program is not null) Copy(_program.Maps, larger.Maps);
        (_former, _program, _capacity) = (_program, larger, capacity);
        _changed?.Invoke();
        if (_former is null) return Errno.None;
        MoveMembers(_former, larger);
        // Sockets of slots that have not joined yet cannot be taken.
        if (!_isSettling) EndMove();
        return Errno.None;
    }

    private void Copy(SteeringMaps from, SteeringMaps to)
    {
        for (var place = 0; place < _capacity; place++) to[place] = from[place];
        to.SetFlows(from.FlowSlots);
        to.SetActive(from.Active);
    }

    /// <summary>
    /// Moves sockets between maps: a socket can be in one map only. The first moved socket attaches the new program to the group.
    /// </summary>
    private void MoveMembers(SteeringProgram from, SteeringProgram to)
    {
        foreach (var member in _members.All)
        {
            for (var ordinal = 0; ordinal < member.Sockets.Count; ordinal++)
            {
                var place = member.Places[ordinal];
                _ = from.Remove(place);
                // A socket that cannot be taken has closed, or is about to.
                _ = Put(to, place, member.Sockets[ordinal]);
            }
        }
    }

    private void EndMove()
    {
        if (_former is not { } former) return;
        RemoveAll(former);
        _inherited?.Forget(former);
        _former = null;
        _changed?.Invoke();
        former.Dispose();
    }

    private static void RemoveAll(SteeringProgram program)
    {
        for (var place = 0; place < program.Capacity; place++) _ = program.Remove(place);
    }
}
