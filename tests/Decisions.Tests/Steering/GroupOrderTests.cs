using CsCheck;
using Reuseportd.Steering;

namespace Decisions.Tests.Steering;

public sealed class GroupOrderTests
{
    [Theory]
    // Looks one after the other, each with its members in order of joining; then the index of each letter, or '?'.
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
    public void Observe_Looks_IndicesAsFarAsKnown(string looks, string expected)
    {
        var order = new GroupOrder();
        foreach (var look in looks.Split(' ')) order.Observe([.. look.Select(letter => (ulong)letter)]);
        Assert.All(expected.Split(' '), word =>
            Assert.Equal(word[1] == '?' ? null : word[1] - '0', order.IndexOf(word[0])));
    }

    /// <summary>Who looks late does not know who has left by then.</summary>
    [Fact]
    public void Observe_NotFollowedFromTheBeginning_OnlyWhoComesIsKnown()
    {
        var order = new GroupOrder(isFollowed: false);
        order.Observe([1, 2, 3]);
        Assert.All((ulong[])[1, 2, 3], member => Assert.Null(order.IndexOf(member)));
        order.Observe([1, 2, 3, 4]);
        Assert.Equal(3, order.IndexOf(4));
        order.Observe([4]);
        Assert.Equal(0, order.IndexOf(4));
    }

    [Fact]
    public void Rejoined_OneOfFour_StandsAtTheEnd()
    {
        var order = new GroupOrder();
        order.Observe([1, 2, 3, 4]);
        order.Rejoined(2);
        Assert.Equal([0, 3, 2, 1], ((ulong[])[1, 2, 3, 4]).Select(member => order.IndexOf(member)));
    }

    [Fact]
    public void Observe_TwelveGoneAtOnce_OnlyWhoStandsInFrontOfThemOrCameSinceIsKnown()
    {
        var order = new GroupOrder();
        order.Observe([.. Enumerable.Range(1, 30).Select(number => (ulong)number)]);
        order.Observe([.. Enumerable.Range(1, 30).Where(number => number is <= 12 or > 24).Select(number => (ulong)number)]);
        Assert.All(Enumerable.Range(1, 12), number => Assert.Equal(number - 1, order.IndexOf((ulong)number)));
        Assert.All(Enumerable.Range(25, 6), number => Assert.Null(order.IndexOf((ulong)number)));
        order.Observe([.. Enumerable.Range(1, 30).Where(number => number is <= 12 or > 24).Select(number => (ulong)number), 31]);
        Assert.Equal(18, order.IndexOf(31));
        order.Observe([]);
        order.Observe([7]);
        Assert.Equal(0, order.IndexOf(7));
    }

    /// <summary>
    /// Two come and two go between two looks, over and over: what was not to be known is not forgotten for ever.
    /// </summary>
    [Fact]
    public void Observe_AfterManyLooksThatSaidLittle_OneThatComesAloneIsKnown()
    {
        var order = new GroupOrder();
        ulong[] members = [1, 2, 3, 4, 5, 6];
        order.Observe(members);
        for (ulong next = 7; next < 40; next += 2) order.Observe(members = [.. members[2..], next, next + 1]);
        order.Observe([.. members, 100]);
        Assert.Equal(6, order.IndexOf(100));
    }

    /// <summary>Beside the array as the kernel keeps it, looked at after every one to five changes.</summary>
    [Fact]
    public void IndexOf_AnyHistory_IsTheKernelsOrUnknown() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 4]).Array[1, 80].Sample(steps =>
        {
            var order = new GroupOrder();
            var array = new List<ulong>();
            var joined = new List<ulong>();
            // One that comes and goes between two looks is not seen at all: here nobody does.
            var fresh = new HashSet<ulong>();
            ulong next = 1;
            foreach (var (choice, look) in steps)
            {
                var leaver = choice < array.Count ? array[choice] : 0;
                if (leaver == 0 || fresh.Contains(leaver))
                {
                    fresh.Add(next);
                    array.Add(next);
                    joined.Add(next++);
                }
                else
                {
                    array[choice] = array[^1];
                    array.RemoveAt(array.Count - 1);
                    joined.Remove(leaver);
                }

                if (look != 0) continue;
                order.Observe(joined);
                fresh.Clear();
                for (var index = 0; index < array.Count; index++)
                    if (order.IndexOf(array[index]) is { } said && said != index) return false;
            }

            return true;
        });

    [Theory]
    [InlineData("ABCD", "A", 1, true)]
    [InlineData("ABCD", "C", 1, true)]
    [InlineData("ABCD", "D", 1, false)] // it fills the hole
    [InlineData("ABCD", "B", 2, true)]
    [InlineData("ABCD", "C", 2, false)]
    [InlineData("ABCD BCDE", "B", 1, true)]
    [InlineData("ABCD BCDE", "E", 0, false)] // its index is not known as it is
    public void IsSettled_OthersLeave_OnlyWhatIsNotMoved(string looks, string member, int leaving, bool expected)
    {
        var order = new GroupOrder();
        foreach (var look in looks.Split(' ')) order.Observe([.. look.Select(letter => (ulong)letter)]);
        Assert.Equal(expected, order.IsSettled(member[0], leaving));
    }

    /// <summary>Beside the array as the kernel keeps it, whoever leaves in whichever order.</summary>
    [Fact]
    public void IsSettled_AnyOfThemLeave_TheIndexHolds() =>
        Gen.Select(Gen.Int[2, 10], Gen.Int[0, 9].Array[1, 5]).Sample((size, choices) =>
        {
            var array = Enumerable.Range(1, size).Select(number => (ulong)number).ToList();
            var order = new GroupOrder();
            order.Observe(array);
            var leaving = choices.Select(choice => (ulong)(choice % size) + 1).Distinct().ToArray();
            var settled = array.Except(leaving).Where(member => order.IsSettled(member, leaving.Length)).ToDictionary(member => member, array.IndexOf);
            foreach (var leaver in leaving)
            {
                array[array.IndexOf(leaver)] = array[^1];
                array.RemoveAt(array.Count - 1);
                if (settled.Any(one => array.IndexOf(one.Key) != one.Value)) return false;
            }

            return true;
        });

    [Fact]
    public void IndexOf_OneChangeBetweenLooks_IsAlwaysKnown() =>
        Gen.Int[0, 9].Array[1, 40].Sample(choices =>
        {
            var order = new GroupOrder();
            var array = new List<ulong>();
            var joined = new List<ulong>();
            ulong next = 1;
            foreach (var choice in choices)
            {
                if (choice >= array.Count)
                {
                    array.Add(next);
                    joined.Add(next++);
                }
                else
                {
                    joined.Remove(array[choice]);
                    array[choice] = array[^1];
                    array.RemoveAt(array.Count - 1);
                }

                order.Observe(joined);
                if (array.Where((member, index) => order.IndexOf(member) != index).Any()) return false;
            }

            return true;
        });
}
