using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>The slots of a group: their sockets, whether they take part, and the place of each socket.</summary>
internal sealed class GroupMembers
{
    private readonly Dictionary<(int Slot, int Ordinal), int> _places = [];
    private readonly SortedDictionary<int, Member> _members = [];

    /// <summary>Number of places that were ever assigned.</summary>
    public int Places => _places.Count;

    public IEnumerable<Member> All => _members.Values;

    public IEnumerable<Member> Active => _members.Values.Where(member => member.TakesPart);

    public Member? Find(int slot) => _members.GetValueOrDefault(slot);

    /// <summary>The future state of a slot: a known socket keeps its place, and others take the free places.</summary>
    public Member Plan(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart)
    {
        var former = Find(slot);
        var places = new int[sockets.Count];
        for (var at = 0; at < places.Length; at++) places[at] = former?.PlaceOf(sockets[at].Inode) ?? -1;
        var ordinal = 0;
        for (var at = 0; at < places.Length; at++)
        {
            if (places[at] >= 0) continue;
            while (places.Contains(PlaceOf(slot, ordinal))) ordinal++;
            places[at] = PlaceOf(slot, ordinal);
        }

        return new Member(slot, sockets, places) { TakesPart = takesPart };
    }

    public void Set(Member member)
    {
        if (member.Sockets.Count > 0) _members[member.Slot] = member;
        else _members.Remove(member.Slot);
    }

    /// <summary>Takes any socket, active ones first. ENOENT if none can be taken.</summary>
    public TakenSocket? TakeAny(out Errno errno)
    {
        errno = Errno.NotFound;
        foreach (var socket in All.OrderByDescending(member => member.TakesPart).SelectMany(member => member.Sockets))
        {
            var taken = socket.Take(out var failure);
            if (taken is not null)
            {
                errno = Errno.None;
                return taken;
            }

            if (failure != Errno.NotFound) errno = failure;
        }

        return null;
    }

    /// <summary>
    /// A number for each socket of each slot. It is the same for all processes of the slot, so that a flow stays with its slot.
    /// Places are assigned in order of arrival, so their number stays small.
    /// </summary>
    private int PlaceOf(int slot, int ordinal)
    {
        if (!_places.TryGetValue((slot, ordinal), out var place)) _places.Add((slot, ordinal), place = _places.Count);
        return place;
    }

    /// <summary>The places that were ever assigned.</summary>
    public IReadOnlyList<(int Slot, int Ordinal, int Place)> Assigned =>
        [.. _places.Select(one => (one.Key.Slot, one.Key.Ordinal, one.Value))];

    /// <summary>Assigns the places of an earlier program of this process. To be called before the first member.</summary>
    public void Assign(IEnumerable<(int Slot, int Ordinal, int Place)> places)
    {
        foreach (var (slot, ordinal, place) in places) _places[(slot, ordinal)] = place;
    }

    /// <summary>Null if the slot never had that many sockets.</summary>
    public int? FindPlace(int slot, int ordinal) => _places.TryGetValue((slot, ordinal), out var place) ? place : null;

    /// <param name="Places">Place of each socket.</param>
    internal sealed record Member(int Slot, IReadOnlyList<SharedSocket> Sockets, IReadOnlyList<int> Places)
    {
        public bool TakesPart { get; set; }

        /// <summary>Null if the member has no such socket.</summary>
        public int? PlaceOf(ulong inode)
        {
            for (var at = 0; at < Sockets.Count; at++)
                if (Sockets[at].Inode == inode) return Places[at];
            return null;
        }
    }
}
