using CsCheck;
using Reuseportd.Steering;

namespace Decisions.Tests.Steering;

public sealed class GroupOrderTests
{
    [Theory]
    // A sequence of snapshots, each with its members in order of joining; then the index of each letter, or '?'.
    [InlineData("ABCD", "A0 B1 C2 D3")]
    [InlineData("ABCD BCD", "A? B1 C2 D0")]
    [InlineData("ABCD BCD CD", "C1 D0")] // A's hole took D, B's took C
    [InlineData("ABCD ABC", "A0 B1 C2 D?")]
    [InlineData("ABCD BCDE", "B1 C2 D? E?")] // E came after A left, or before
    [InlineData("ABCD CD", "C? D?")] // A then B leaves DC, B then A leaves CD
    [InlineData("ABCD CD  EF", "E0 F1")] // known again after it was empty
    [InlineData("A B", "B0")]
    [InlineData("", "A?")]
    [InlineData("ABCD ", "A?")]
    [InlineData("ABCD  ", "A? D?")]
    [InlineData("ABCD EF", "E? F?")] // all gone and others come: in which order is not known
    public void Observe_Snapshots_HaveTheKnownIndices(string looks, string expected)
    {
        var order = new GroupOrder();
        foreach (var look in looks.Split(' ')) order.Observe([.. look.Select(letter => (ulong)letter)]);
        Assert.All(expected.Split(' '), word =>
            Assert.Equal(word[1] == '?' ? null : word[1] - '0', IndexOf(order, word[0])));
    }

    /// <summary>A late snapshot does not have the members that have already left.</summary>
    [Fact]
    public void Observe_NotFollowedFromTheStart_OnlyNewMembersAreKnown()
    {
        var order = new GroupOrder(isFollowed: false);
        order.Observe([1, 2, 3]);
        Assert.All((ulong[])[1, 2, 3], member => Assert.Null(IndexOf(order, member)));
        order.Observe([1, 2, 3, 4]);
        Assert.Equal(3, IndexOf(order, 4));
        order.Observe([4]);
        Assert.Equal(0, IndexOf(order, 4));
    }

    [Fact]
    public void Rejoined_MemberOfFour_IsLast()
    {
        var order = new GroupOrder();
        order.Observe([1, 2, 3, 4]);
        order.Rejoined(2);
        Assert.Equal([0, 3, 2, 1], ((ulong[])[1, 2, 3, 4]).Select(member => IndexOf(order, member)));
    }

    [Fact]
    public void Observe_TwelveLeaveAtOnce_MembersBeforeThemAndNewOnesAreKnown()
    {
        var order = new GroupOrder();
        order.Observe([.. Enumerable.Range(1, 30).Select(number => (ulong)number)]);
        order.Observe([.. Enumerable.Range(1, 30).Where(number => number is <= 12 or > 24).Select(number => (ulong)number)]);
        Assert.All(Enumerable.Range(1, 12), number => Assert.Equal(number - 1, IndexOf(order, (ulong)number)));
        Assert.All(Enumerable.Range(25, 6), number => Assert.Null(IndexOf(order, (ulong)number)));
        order.Observe([.. Enumerable.Range(1, 30).Where(number => number is <= 12 or > 24).Select(number => (ulong)number), 31]);
        Assert.Equal(18, IndexOf(order, 31));
        order.Observe([]);
        order.Observe([7]);
        Assert.Equal(0, IndexOf(order, 7));
    }

    /// <summary>
    /// Two members join and two leave between snapshots, many times. Unknown members become known again later.
    /// </summary>
    [Fact]
    public void Observe_AfterManyUnclearSnapshots_MemberThatJoinsAloneIsKnown()
    {
        var order = new GroupOrder();
        ulong[] members = [1, 2, 3, 4, 5, 6];
        order.Observe(members);
        for (ulong next = 7; next < 40; next += 2) order.Observe(members = [.. members[2..], next, next + 1]);
        order.Observe([.. members, 100]);
        Assert.Equal(6, IndexOf(order, 100));
    }

    /// <summary>Compared with a model of the kernel's array, with a snapshot after each one to five changes.</summary>
    [Fact]
    public void IndexOf_AnyHistory_IsTheKernelsOrUnknown() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 4]).Array[1, 80].Sample(steps =>
        {
            var order = new GroupOrder();
            var group = new KernelGroup();
            foreach (var (choice, look) in steps)
            {
                group.Change(choice);
                if (look != 0) continue;
                order.Observe(group.Look());
                for (var index = 0; index < group.Array.Count; index++)
                    if (IndexOf(order, group.Array[index]) is { } said && said != index) return false;
            }

            return true;
        });

    [Theory]
    // Snapshots, the active members, the number of other members that are about to leave; then the certain indices.
    [InlineData("ABCD", "ABCD", 0, "0123")]
    [InlineData("ABCD", "BD", 0, "13")]
    [InlineData("ABCD", "BCD", 1, "12")] // D fills the hole
    [InlineData("ABCD", "BCD", 2, "1")]
    [InlineData("ABCD", "", 0, "")]
    [InlineData("ABCD CD", "CD", 0, "01")] // C and D in either order
    [InlineData("ABCD CD", "C", 0, "")]
    [InlineData("ABCD CD CDEF", "CD", 0, "01")] // E and F start
    [InlineData("ABCD CD CDEF", "EF", 0, "23")] // C and D are about to end
    [InlineData("ABCD CD CDEF EF", "EF", 0, "01")]
    [InlineData("ABCDE DE", "DE", 0, "01")]
    [InlineData("ABCDEF DEF", "DE", 0, "")] // F may stand anywhere
    public void IndicesOf_Snapshots_AreOfOneMemberOnly(string looks, string members, int leaving, string expected)
    {
        var order = new GroupOrder();
        foreach (var look in looks.Split(' ')) order.Observe([.. look.Select(letter => (ulong)letter)]);
        Assert.Equal(expected, string.Concat(order.IndicesOf(members.Select(letter => (ulong)letter).ToHashSet(), leaving).Keys));
    }

    [Fact]
    public void IndicesOf_NotFollowedFromTheBeginning_AllOrNone()
    {
        var order = new GroupOrder(isFollowed: false);
        order.Observe([1, 2, 3]);
        Assert.Equal([0, 1, 2], order.IndicesOf(new HashSet<ulong> { 1, 2, 3 }).Keys);
        Assert.Empty(order.IndicesOf(new HashSet<ulong> { 1, 2 }));
        order.Observe([1, 2, 3, 4]);
        Assert.Equal([0, 1, 2], order.IndicesOf(new HashSet<ulong> { 1, 2, 3 }).Keys);
    }

    /// <summary>
    /// Any number of joins and leaves between two snapshots, any excluded members, some of which then leave unseen.
    /// </summary>
    [Fact]
    public void IndicesOf_AnyHistory_NoIndexLeadsToAnExcludedMember() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 6]).Array[1, 80].Select(Gen.Int[1, 1 << 20], Gen.Bool)
            .Sample((steps, seed, isFollowed) =>
        {
            var group = new KernelGroup();
            var order = new GroupOrder(isFollowed);
            foreach (var (choice, look) in steps)
            {
                group.Change(choice);
                if (look > 1) continue;
                order.Observe(group.Look());
                if (look == 1)
                    order.Unite(group.Array.Where(member => member % 16 == (ulong)choice || member % 16 == (ulong)choice / 2));
                if (!AllAreReached(order, group) || !NoneIsExcluded(order, group, seed)) return false;
            }

            return true;
        });

    /// <summary>
    /// Each worker has two sockets. A new worker starts and becomes active; then the old worker closes both sockets in either
    /// order.
    /// </summary>
    [Fact]
    public void IndicesOf_RollingRestartsOfWorkersWithTwoSockets_AllActiveSocketsAreReached() =>
        Gen.Select(Gen.Int[1, 12], Gen.Bool.Array[1, 40]).Sample((workers, swaps) =>
        {
            var group = new KernelGroup();
            var order = new GroupOrder();
            var sockets = Enumerable.Range(0, workers).Select(_ => (First: group.Join(), Second: group.Join())).ToArray();
            order.Observe(group.Look());
            foreach (var worker in sockets) order.Unite([worker.First, worker.Second]);
            for (var step = 0; step < swaps.Length; step++)
            {
                var (old, next) = (sockets[step % workers], (First: group.Join(), Second: group.Join()));
                order.Observe(group.Look());
                order.Unite([next.First, next.Second]);
                // The new sockets are excluded, then the old ones.
                if (order.IndicesOf(Reached()).Count != 2 * workers) return false;
                sockets[step % workers] = next;
                if (order.IndicesOf(Reached()).Count != 2 * workers) return false;
                group.Leave(swaps[step] ? old.Second : old.First);
                group.Leave(swaps[step] ? old.First : old.Second);
                order.Observe(group.Look());
                if (!AllAreReached(order, group)) return false;
            }

            return true;

            HashSet<ulong> Reached() => [.. sockets.SelectMany(worker => new[] { worker.First, worker.Second })];
        });

    private static int? IndexOf(GroupOrder order, ulong member)
    {
        var indices = order.IndicesOf(new HashSet<ulong> { member });
        return indices.Count == 0 ? null : indices.Single().Key;
    }

    private static bool AllAreReached(GroupOrder order, KernelGroup group)
    {
        var indices = order.IndicesOf(group.Array.ToHashSet());
        return indices.Keys.SequenceEqual(Enumerable.Range(0, group.Array.Count))
            && indices.Values.Order().SequenceEqual(group.Array.Order());
    }

    private static bool NoneIsExcluded(GroupOrder order, KernelGroup group, int seed)
    {
        var excluded = group.Array.Where((_, index) => (seed >> index & 1) != 0).ToArray();
        var reached = group.Array.Except(excluded).ToHashSet();
        if (order.IndicesOf(reached).Keys.Any(index => !reached.Contains(group.Array[index]))) return false;
        var leaving = excluded.Take(seed % 4).ToArray();
        var settled = order.IndicesOf(reached, leaving.Length).Keys.ToArray();
        var after = new KernelGroup(group);
        foreach (var member in leaving.Reverse())
        {
            after.Leave(member);
            if (settled.Any(index => !reached.Contains(after.Array[index]))) return false;
        }

        return true;
    }

    [Fact]
    public void IndexOf_OneChangeBetweenSnapshots_IsKnown() =>
        Gen.Int[0, 9].Array[1, 40].Sample(choices =>
        {
            var order = new GroupOrder();
            var group = new KernelGroup();
            foreach (var choice in choices)
            {
                group.Change(choice);
                order.Observe(group.Look());
                if (group.Array.Where((member, index) => IndexOf(order, member) != index).Any()) return false;
            }

            return true;
        });
}
