using Reuseportd.Model;

namespace Decisions.Tests.Model;

public sealed class HistogramTests
{
    [Fact]
    public void Observe_BoundsAreInclusive()
    {
        var histogram = new Histogram([0.1, 1]);
        foreach (var milliseconds in (int[])[0, 100, 101, 1000, 1001]) histogram.Observe(TimeSpan.FromMilliseconds(milliseconds));

        var value = histogram.Take();
        Assert.Equal([2, 2, 1], value.Counts);
        Assert.Equal(2.202, value.Sum, precision: 9);
    }

    [Fact]
    public void Observe_ClockGoesBack_CountsAsZero()
    {
        var histogram = new Histogram([0.1]);
        histogram.Observe(TimeSpan.FromSeconds(-1));
        Assert.Equal((new ValueList<long>([1, 0]), 0), (histogram.Take().Counts, histogram.Take().Sum));
    }

    [Fact]
    public void Add_OtherBuckets_IsIgnored()
    {
        var histogram = new Histogram([0.1]);
        histogram.Add(new HistogramValue([0.1], [3, 4], 5));
        histogram.Add(new HistogramValue([0.1, 1], [1, 1, 1], 1));
        Assert.Equal((new ValueList<long>([3, 4]), 5), (histogram.Take().Counts, histogram.Take().Sum));
    }
}
