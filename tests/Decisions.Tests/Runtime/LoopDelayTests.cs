using Reuseportd.Runtime.Messages;

namespace Decisions.Tests.Runtime;

public sealed class LoopDelayTests
{
    private readonly LoopDelay _delay = new();

    [Fact]
    public void Worst_NoMessage_IsNone() => Assert.Equal(TimeSpan.Zero, Worst(at: 500));

    [Fact]
    public void Worst_IsTheLongestOfTheLast15To30Seconds()
    {
        Add(3, at: 1);
        Add(40, at: 2);
        Add(5, at: 14);
        Assert.Equal(Milliseconds(40), Worst(at: 14.9));
        Add(7, at: 16);
        Assert.Equal(Milliseconds(40), Worst(at: 17));
        Add(1, at: 29);
        Assert.Equal(Milliseconds(7), Worst(at: 32));
        Assert.Equal(TimeSpan.Zero, Worst(at: 400));
    }

    [Fact]
    public void Worst_AfterLongPause_ForgetsOldDelays()
    {
        Add(40, at: 1);
        Add(2, at: 1000);
        Assert.Equal(Milliseconds(2), Worst(at: 1001));
    }

    private void Add(double milliseconds, double at) => _delay.Add(Milliseconds(milliseconds), TimeSpan.FromSeconds(at));

    private TimeSpan Worst(double at) => _delay.Worst(TimeSpan.FromSeconds(at));

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
