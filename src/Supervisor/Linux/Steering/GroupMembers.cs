using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>The slots of a group: their sockets, whether they take part, and the place of each socket.</summary>
internal sealed class GroupMembers
{
    private readonly Dictionary<PlaceOwner, int> _places = [];
    private readonly Dictionary<int, PlaceOwner> _owners = [];
    private readonly SortedDictionary<int, Member> _members = [];

    /// <summary>No place from this one on was ever assigned.</summary>
    public int Places { get; private set; }

    public IEnumerable<Member> All => _members.Values;

    public IEnumerable<Member> Active => _members.Values.Where(member => member.TakesPart);

    /// <summary>Slots that ever had a socket.</summary>
    public IEnumerable<int> Slots => _places.Keys.Select(owner => owner.Slot).Distinct();

    public Member? Find(int slot) => _members.GetValueOrDefault(slot);

    /// <summary>The future state of a slot: a known socket keeps its place, and others take the free places.</summary>
    /// <param name="inherited">Places that an earlier daemon has filled; null for none.</param>
    public Member Plan(int slot, IReadOnlyList<SharedSocket> sockets, bool takesPart, InheritedPlaces? inherited = null)
    {
        var former = Find(slot);
        var places = new int[sockets.Count];
        for (var at = 0; at < places.Length; at++)
            places[at] = former?.PlaceOf(sockets[at].Inode) ?? inherited?.PlaceOf(slot, sockets[at].Cookie) ?? -1;
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
        var owner = new PlaceOwner(slot, ordinal);
        if (!_places.TryGetValue(owner, out var place)) Assign(owner, place = Places);
        return place;
    }

    public void Assign(PlaceOwner owner, int place)
    {
        _places[owner] = place;
        _owners[place] = owner;
        Places = Math.Max(Places, place + 1);
    }

    /// <param name="place">An assigned place.</param>
    public PlaceOwner OwnerOf(int place) => _owners[place];

    /// <summary>Null if the slot never had that many sockets.</summary>
    public int? FindPlace(int slot, int ordinal) => _places.TryGetValue(new(slot, ordinal), out var place) ? place : null;

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
