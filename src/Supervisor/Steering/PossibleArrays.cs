namespace Reuseportd.Steering;

/// <summary>
/// The arrays that the kernel may have after members left and joined in an unknown order. An array holds the class of the member
/// at each index; members of a class are interchangeable. An array has all places of a class or none.
/// </summary>
internal static class PossibleArrays
{
    /// <summary>Stands at an index for a member of any class whose places are unknown.</summary>
    public const ulong Unknown = 0;

    private const int Most = 64;

    /// <param name="gone">The class of each member that left, in any order.</param>
    /// <param name="come">Members that joined, in this order; each may have joined before or after any member left.</param>
    public static List<ulong[]> After(List<ulong[]> arrays, ulong[] gone, ulong[] come)
    {
        // A step is the next member to join, or any of the members to leave: all orders are tried.
        var states = arrays.ConvertAll(array => new State(array, gone, Come: 0)).ToHashSet();
        for (var step = 0; step < gone.Length + come.Length; step++)
        {
            var next = new HashSet<State>();
            foreach (var state in states)
            {
                next.UnionWith(state.Steps(come));
                if (next.Count > Most * 8) return [Unmoved(Agreed(arrays), gone, come)];
            }

            states = next;
        }

        return Bounded([.. states.Select(state => state.Array)]);
    }

    public static List<ulong[]> Rejoined(List<ulong[]> arrays, ulong member) =>
        Bounded(Distinct([.. arrays.SelectMany(array => Without(array, member)).Select(array => (ulong[])[.. array, member])]));

    /// <summary>Merges these classes; the result has the name of the first.</summary>
    public static List<ulong[]> United(List<ulong[]> arrays, ulong[] classes) => Distinct(arrays.ConvertAll(array =>
    {
        var name = classes.All(array.Contains) ? classes[0] : Unknown;
        return Array.ConvertAll(array, found => classes.Contains(found) ? name : found);
    }));

    public static List<ulong[]> Renamed(List<ulong[]> arrays, ulong former, ulong name) =>
        arrays.ConvertAll(array => Array.ConvertAll(array, found => found == former ? name : found));

    private static List<ulong[]> Distinct(List<ulong[]> arrays) =>
        [.. arrays.Select(array => new State(array, [], Come: 0)).Distinct().Select(state => state.Array)];

    private static List<ulong[]> Bounded(List<ulong[]> arrays) => arrays.Count <= Most ? arrays : [Agreed(arrays)];

    /// <summary>The part that is certain in any order: only the last members move into holes.</summary>
    private static ulong[] Unmoved(ulong[] before, ulong[] gone, ulong[] come)
    {
        var staying = Math.Max(0, before.Length - gone.Length);
        var after = new ulong[staying + come.Length];
        for (var index = 0; index < staying; index++) after[index] = gone.Contains(before[index]) ? Unknown : before[index];
        return WholeClasses(after, before);
    }

    /// <param name="arrays">Arrays of one group, of equal length.</param>
    private static ulong[] Agreed(List<ulong[]> arrays)
    {
        ulong[] agreed = [.. arrays[0]];
        foreach (var array in arrays)
            for (var index = 0; index < agreed.Length; index++)
                if (array[index] != agreed[index]) agreed[index] = Unknown;
        return WholeClasses(agreed, arrays[0]);
    }

    /// <summary>Removes all places of a class that has lost one of them.</summary>
    private static ulong[] WholeClasses(ulong[] array, ulong[] before)
    {
        var (left, had) = (array.CountBy(found => found).ToDictionary(), before.CountBy(found => found).ToDictionary());
        return Array.ConvertAll(array, found => left[found] < had.GetValueOrDefault(found) ? Unknown : found);
    }

    /// <returns>Every array that may result: any member of the class may have left, from any of its places or from an unknown
    /// place.</returns>
    private static IEnumerable<ulong[]> Without(ulong[] array, ulong member)
    {
        var place = array.Contains(member) ? member : Unknown;
        return Enumerable.Range(0, array.Length).Where(index => array[index] == place).Select(index => Filled(array, index));
    }

    private static ulong[] Filled(ulong[] array, int hole)
    {
        ulong[] rest = [.. array.AsSpan(0, array.Length - 1)];
        if (hole < rest.Length) rest[hole] = array[^1];
        return rest;
    }

    /// <param name="Gone">Classes of the members that are still to leave.</param>
    /// <param name="Come">Number of members that have joined.</param>
    private sealed record State(ulong[] Array, ulong[] Gone, int Come)
    {
        public IEnumerable<State> Steps(ulong[] come)
        {
            if (Come < come.Length) yield return new State([.. Array, come[Come]], Gone, Come + 1);
            foreach (var leaver in Gone.Distinct())
            {
                var left = System.Array.IndexOf(Gone, leaver);
                foreach (var rest in Without(Array, leaver))
                    yield return new State(rest, [.. Gone[..left], .. Gone[(left + 1)..]], Come);
            }
        }

        public bool Equals(State? other) =>
            other is not null && Come == other.Come && Array.AsSpan().SequenceEqual(other.Array)
                && Gone.AsSpan().SequenceEqual(other.Gone);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var member in Array) hash.Add(member);
            hash.Add(Gone.Length);
            return hash.ToHashCode();
        }
    }
}
