namespace Reuseportd.Steering;

/// <summary>
/// At which index of the kernel's array each socket of a group stands. The kernel tells nobody; it puts who joins at the end, and
/// the last one into the hole of who leaves (net/core/sock_reuseport.c). So the array is followed from its beginning. What can't
/// be known is the order of things that happened between two looks: then every array that may have come of it is kept, and an
/// index is used if all of them allow it. Of too many only that is kept in which they agree.
/// </summary>
/// <param name="isFollowed">Whether nobody left the group ahead of the first look: then its order is that of joining.</param>
internal sealed class GroupOrder(bool isFollowed = true)
{
    /// <summary>The class of each member: one of the sockets that are alike, mostly the member itself.</summary>
    private readonly Dictionary<ulong, ulong> _classes = [];

    /// <summary>Of classes.</summary>
    private List<ulong[]> _arrays = [[]];
    private HashSet<ulong> _members = [];
    private bool _isFollowed = isFollowed;

    /// <summary>Who was in the group at the last look.</summary>
    public IReadOnlySet<ulong> Members => _members;

    /// <summary>Takes in who is in the group now.</summary>
    /// <param name="members">Any number but 0 that is a socket's own, in order of joining.</param>
    public void Observe(IReadOnlyList<ulong> members)
    {
        var now = members.ToHashSet();
        ulong[] gone = [.. _members.Where(member => !now.Contains(member))];
        ulong[] come = [.. members.Where(member => !_members.Contains(member)).Distinct()];
        _members = now;
        if (now.Count == 0) _arrays = [[]];
        else if (!_isFollowed && now.Count > 1) _arrays = [new ulong[now.Count]];
        else if (gone.Length > 0 || come.Length > 0) _arrays = PossibleArrays.After(_arrays, [.. gone.Select(ClassOf)], come);
        _isFollowed = true;
        Forget(gone);
    }

    /// <summary>
    /// These sockets get traffic together or not at all, as sockets of one process do: which of them stands at an index is not
    /// followed. So there is one array, not one for each order in which they may have closed.
    /// </summary>
    public void Unite(IEnumerable<ulong> members)
    {
        ulong[] former = [.. members.Where(_members.Contains).Select(ClassOf).Distinct()];
        if (former.Length < 2) return;
        _arrays = PossibleArrays.United(_arrays, former);
        Rename(former, former[0]);
    }

    /// <summary>
    /// A socket that is there left the group and joined it again: it stands at the end. Nothing else happened meanwhile.
    /// </summary>
    public void Rejoined(ulong member)
    {
        if (_members.Contains(member)) _arrays = PossibleArrays.Rejoined(_arrays, ClassOf(member));
    }

    /// <summary>
    /// Indices at which one of these members stands in every array that is possible: what is sent there reaches no other member,
    /// though it may not be known which of them it reaches.
    /// </summary>
    /// <param name="leaving">Only indices that stay right while so many other members leave: holes are filled from the end.</param>
    /// <returns>By index, the member at it in one of the possible arrays. No member is there twice.</returns>
    public SortedDictionary<int, ulong> IndicesOf(IReadOnlySet<ulong> members, int leaving = 0)
    {
        var allowed = _members.Select(ClassOf).ToHashSet();
        foreach (var member in _members)
            if (!members.Contains(member)) allowed.Remove(ClassOf(member));
        var mayBeUnknown = _arrays.ConvertAll(array => _members.Select(ClassOf).Except(array).All(allowed.Contains));
        var likely = Completed(_arrays[0]);
        var indices = new SortedDictionary<int, ulong>();
        for (var index = 0; index < _members.Count - leaving; index++)
            if (IsSure(index)) indices.Add(index, likely[index]);
        return indices;

        bool IsSure(int index)
        {
            for (var at = 0; at < _arrays.Count; at++)
            {
                var found = _arrays[at][index];
                if (found == PossibleArrays.Unknown ? !mayBeUnknown[at] : !allowed.Contains(found)) return false;
            }

            return true;
        }
    }

    private ulong ClassOf(ulong member) => _classes.GetValueOrDefault(member, member);

    /// <summary>An array of members instead of classes, in an order of theirs that is possible.</summary>
    private ulong[] Completed(ulong[] array)
    {
        var ofClass = _members.Order().GroupBy(ClassOf).ToDictionary(group => group.Key, group => new Queue<ulong>(group));
        var completed = new ulong[array.Length];
        for (var index = 0; index < array.Length; index++)
            if (array[index] != PossibleArrays.Unknown) completed[index] = ofClass[array[index]].Dequeue();
        var rest = new Queue<ulong>(ofClass.Values.SelectMany(members => members).Order());
        for (var index = 0; index < array.Length; index++)
            if (array[index] == PossibleArrays.Unknown) completed[index] = rest.Dequeue();
        return completed;
    }

    /// <summary>A class has the name of a member that is there.</summary>
    private void Forget(ulong[] gone)
    {
        foreach (var member in gone) _classes.Remove(member);
        foreach (var former in gone)
        {
            var heir = _classes.Where(one => one.Value == former).Select(one => one.Key).Order().FirstOrDefault();
            if (heir == 0) continue;
            _arrays = PossibleArrays.Renamed(_arrays, former, heir);
            Rename([former], heir);
        }
    }

    private void Rename(ulong[] former, ulong name)
    {
        foreach (var member in _members)
            if (former.Contains(ClassOf(member))) _classes[member] = name;
    }
}
