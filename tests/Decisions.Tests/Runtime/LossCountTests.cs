using Reuseportd.Runtime.Output;

namespace Decisions.Tests.Runtime;

public sealed class LossCountTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1);

    private readonly LossCount _losses = new();

    [Fact]
    public void Take_FirstLoss_IsToldAtOnce()
    {
        Assert.Null(_losses.Due);
        _losses.AddFirst();
        Assert.Equal(1, _losses.Take(Now));
        Assert.Equal(0, _losses.Take(Now));
    }

    /// <summary>The number that an outcome carries includes the loss that was told.</summary>
    [Fact]
    public void Take_LaterLosses_AreToldOnceInEachInterval()
    {
        _losses.AddFirst();
        _losses.Take(Now);
        _losses.Add(10);
        _losses.AddFirst();
        _losses.Add(5);
        Assert.Equal(Now + LossCount.Interval, _losses.Due);
        Assert.Equal(0, _losses.Take(Now + LossCount.Interval - TimeSpan.FromTicks(1)));
        Assert.Equal(14, _losses.Take(Now + LossCount.Interval));
        Assert.Null(_losses.Due);
    }

    /// <summary>The ring was full when the kernel told the first loss.</summary>
    [Fact]
    public void Add_WithoutTheFirst_CountsAll()
    {
        _losses.Add(0);
        Assert.Null(_losses.Due);
        _losses.Add(3);
        Assert.Equal(3, _losses.Take(Now));
    }

    [Fact]
    public void TakeAll_InTheInterval_HasTheRest()
    {
        _losses.AddFirst();
        _losses.Take(Now);
        _losses.Add(7);
        Assert.Equal(6, _losses.TakeAll());
        Assert.Equal(0, _losses.TakeAll());
    }
}
