using System.Collections.Immutable;
using Decisions.Tests.Api.Metrics;
using Reuseportd.Api.Live;

namespace Decisions.Tests.Api.Live;

public sealed class HistorySampleTests
{
    [Fact]
    public void Add_FullHistory_LosesTheOldest()
    {
        ImmutableArray<HistorySample> history = [];
        for (var number = 0; number < HistorySample.Most + 5; number++) history = HistorySample.Add(history, At(number, "web"));

        Assert.Equal(HistorySample.Most, history.Length);
        Assert.Equal((5, HistorySample.Most + 4), ((int)history[0].At.TotalSeconds, (int)history[^1].At.TotalSeconds));
    }

    [Fact]
    public void Add_SameServices_ShareTheList()
    {
        var history = HistorySample.Add(HistorySample.Add([], At(0, "web")), At(1, "web"));

        Assert.Same(history[0].Services, history[1].Services);
        Assert.Equal(["api"], HistorySample.Add(history, At(2, "api"))[^1].Services);
    }

    [Fact]
    public void From_FirstSample_HasNoRates()
    {
        var sums = FleetSums.From(Sample.Facts());

        Assert.Equal(new HistoryPoint(1, null, null), HistorySample.From(null, sums).Points[0]);
    }

    [Fact]
    public void From_LaterSample_HasRates()
    {
        var facts = Sample.Facts();
        var sums = FleetSums.From(facts);
        var later = sums with { At = sums.At + TimeSpan.FromSeconds(5) };

        Assert.Equal(new HistoryPoint(1, 0, 0), HistorySample.From(sums, later).Points[0]);
    }

    [Theory]
    [InlineData(10d, 15d, 0.5)]
    [InlineData(10d, 1010d, 100d)]
    [InlineData(10d, 5d, 0d)]
    [InlineData(null, 5d, null)]
    [InlineData(5d, null, null)]
    public void Rate_OfTenSeconds(double? before, double? now, double? rate) =>
        Assert.Equal(rate, Rates.Of(before, now, TimeSpan.FromSeconds(10)));

    private static HistorySample At(int second, string service) =>
        new(TimeSpan.FromSeconds(second), [service], [new HistoryPoint(1, null, null)]);
}
