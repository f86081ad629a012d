using CsCheck;
using Reuseportd.Runtime.Messages;

namespace Decisions.Tests.Runtime;

public sealed class DeadlineQueueTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void NextWait_Empty_IsNone() => Assert.Null(new DeadlineQueue<string>().NextWait(Second));

    [Theory]
    [InlineData(1, 4)]
    [InlineData(5, 0)]
    [InlineData(9, 0)]
    public void NextWait_Entry_IsTheTimeUntilItIsDue(int now, int expected)
    {
        var queue = new DeadlineQueue<string>();
        queue.Add("later", 8 * Second);
        queue.Add("first", 5 * Second);
        Assert.Equal(expected * Second, queue.NextWait(now * Second));
    }

    [Fact]
    public void TryTake_NotDue_KeepsTheEntry()
    {
        var queue = new DeadlineQueue<string>();
        queue.Add("one", Second);
        Assert.False(queue.TryTake(Second - TimeSpan.FromTicks(1), out _, out _));
        Assert.True(queue.TryTake(Second, out var entry, out var due));
        Assert.Equal(("one", Second), (entry, due));
        Assert.False(queue.TryTake(Second, out _, out _));
        Assert.Null(queue.NextWait(Second));
    }

    [Fact]
    public void TryTake_AnyEntries_AreInTheOrderOfTheirTimes() =>
        Gen.Select(Gen.Int[0, 50].Array[0, 100], Gen.Int[0, 50]).Sample((times, now) =>
        {
            var queue = new DeadlineQueue<int>();
            foreach (var time in times) queue.Add(time, time * Second);
            var taken = new List<int>();
            while (queue.TryTake(now * Second, out var entry, out _)) taken.Add(entry);
            Assert.Equal(times.Where(time => time <= now).Order(), taken);
            Assert.Equal(times.Any(time => time > now), queue.NextWait(now * Second) is not null);
        });
}
