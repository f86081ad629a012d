namespace Reuseportd.Steering;

/// <summary>
/// At which index of the kernel's array each socket of a group stands. The kernel tells nobody; it puts who joins at the end, and
/// the last one into the hole of who leaves (net/core/sock_reuseport.c). So the array is followed from its beginning. What can't
/// be known is the order of things that happened between two looks: then every array that may have come of it is kept, and an
/// index is known where all of them agree. Of too many only that is kept in which they agree.
/// </summary>
/// <param name="isFollowed">Whether nobody left the group ahead of the first look: then its order is that of joining.</param>
internal sealed class GroupOrder(bool isFollowed = true)
{
    private const int MostArrays = 64;

    /// <summary>In an array: one of those that stand nowhere else in it.</summary>
    private const ulong Unknown = 0;

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
        else if (gone.Length > 0 || come.Length > 0) Follow(gone, come);
        _isFollowed = true;
    }

    /// <summary>
    /// A socket that is there left the group and joined it again: it stands at the end. Nothing else happened meanwhile.
    /// </summary>
    public void Rejoined(ulong member)
    {
        if (_members.Contains(member)) Keep([.. _arrays.SelectMany(array => Without(array, member)).Select(array => (ulong[])[.. array, member])]);
    }

    /// <returns>Null where it may stand at more than one place, or is not in the group.</returns>
    public int? IndexOf(ulong member)
    {
        var index = Array.IndexOf(_arrays[0], member);
        return index >= 0 && member != Unknown && _arrays.TrueForAll(array => index < array.Length && array[index] == member) ? index : null;
    }

    /// <summary>
    /// Whether its index is known, and stays what it is when that many others leave: holes are filled from the end.
    /// </summary>
    public bool IsSettled(ulong member, int leaving) => IndexOf(member) is { } index && index < _members.Count - leaving;

    private void Follow(ulong[] gone, ulong[] come)
    {
        // Each step is the next one to come, or any of those gone: all orders of them.
        var ends = new List<ulong[]>();
        var states = _arrays.ConvertAll(array => (Array: array, Gone: gone, Come: come));
        while (states.Count > 0)
        {
            var (array, left, next) = states[^1];
            states.RemoveAt(states.Count - 1);
            if (left.Length == 0 && next.Length == 0) ends.Add(array);
            if (next.Length > 0) states.Add(([.. array, next[0]], left, next[1..]));
            foreach (var leaver in left)
                foreach (var rest in Without(array, leaver)) states.Add((rest, [.. left.Where(other => other != leaver)], next));
            if (ends.Count + states.Count <= MostArrays * 8) continue;
            _arrays = [Unmoved(Agreed(_arrays), gone, come)];
            return;
        }

        Keep(ends);
    }

    private void Keep(List<ulong[]> arrays)
    {
        var distinct = new List<ulong[]>();
        foreach (var array in arrays)
            if (!distinct.Exists(other => other.AsSpan().SequenceEqual(array))) distinct.Add(array);
        _arrays = distinct.Count <= MostArrays ? distinct : [Agreed(distinct)];
    }

    /// <summary>What is sure whatever the order was: holes are filled by those that stand behind all who stay.</summary>
    private static ulong[] Unmoved(ulong[] before, ulong[] gone, ulong[] come)
    {
        var staying = Math.Max(0, before.Length - gone.Length);
        var after = new ulong[staying + come.Length];
        for (var index = 0; index < staying; index++) after[index] = gone.Contains(before[index]) ? Unknown : before[index];
        return after;
    }

    /// <param name="arrays">Of the same group: all as long as the first.</param>
    private static ulong[] Agreed(List<ulong[]> arrays)
    {
        ulong[] agreed = [.. arrays[0]];
        foreach (var array in arrays)
            for (var index = 0; index < agreed.Length; index++)
                if (array[index] != agreed[index]) agreed[index] = Unknown;
        return agreed;
    }

    /// <returns>Every array that may come of it: one, but for a member of whom it is not known where it stands.</returns>
    private static IEnumerable<ulong[]> Without(ulong[] array, ulong member)
    {
        var hole = Array.IndexOf(array, member);
        if (hole >= 0) return [Filled(array, hole)];
        return Enumerable.Range(0, array.Length).Where(index => array[index] == Unknown).Select(index => Filled(array, index));
    }

    private static ulong[] Filled(ulong[] array, int hole)
    {
        ulong[] rest = [.. array.AsSpan(0, array.Length - 1)];
        if (hole < rest.Length) rest[hole] = array[^1];
        return rest;
    }
}
