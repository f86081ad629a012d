namespace Reuseportd.Steering;

/// <summary>
/// Tracks the index of each socket in the kernel's array of a group, which the kernel does not report. A socket that joins goes
/// to the end; the last socket moves into the hole of a socket that leaves (net/core/sock_reuseport.c).
/// The order of changes between two observations is unknown. So every array that may have resulted is kept, and an index is used
/// if all of them agree. If there are too many arrays, only their common part is kept.
/// </summary>
/// <param name="isFollowed">True if no socket left the group before the first observation: then the order is that of
/// joining.</param>
internal sealed class GroupOrder(bool isFollowed = true)
{
    /// <summary>The class of each member: one of the sockets that are interchangeable, mostly the member itself.</summary>
    private readonly Dictionary<ulong, ulong> _classes = [];

    /// <summary>Possible arrays, of classes.</summary>
    private List<ulong[]> _arrays = [[]];
    private HashSet<ulong> _members = [];
    private bool _isFollowed = isFollowed;

    /// <summary>Members at the last observation.</summary>
    public IReadOnlySet<ulong> Members => _members;

    /// <summary>Records the present members.</summary>
    /// <param name="members">A unique number for each socket, not 0, in order of joining.</param>
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
    /// Makes sockets interchangeable, such as those of one process, which get traffic together or not at all. Their order is not
    /// tracked, so one array takes the place of one for each order in which they may have closed.
    /// </summary>
    public void Unite(IEnumerable<ulong> members)
    {
        ulong[] former = [.. members.Where(_members.Contains).Select(ClassOf).Distinct()];
        if (former.Length < 2) return;
        _arrays = PossibleArrays.United(_arrays, former);
        Rename(former, former[0]);
    }

    /// <summary>
    /// Records that a present socket left the group and joined it again, with no other change meanwhile: it is now at the end.
    /// </summary>
    public void Rejoined(ulong member)
    {
        if (_members.Contains(member)) _arrays = PossibleArrays.Rejoined(_arrays, ClassOf(member));
    }

    /// <summary>
    /// Indices that hold one of these members in every possible array. Traffic for such an index reaches no other member; the
    /// exact member may be unknown.
    /// </summary>
    /// <param name="leaving">Only indices that stay right while so many other members leave: the kernel fills holes from the
    /// end.</param>
    /// <returns>For each index, the member at it in one of the possible arrays. No member appears twice.</returns>
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

    /// <summary>Replaces classes by members, in one of the orders that are possible.</summary>
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

    /// <summary>Renames the classes of members that are gone: a class has the name of a present member.</summary>
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
