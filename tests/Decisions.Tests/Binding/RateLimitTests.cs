using CsCheck;
using Reuseportd.Binding;

namespace Decisions.Tests.Binding;

public sealed class RateLimitTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    [Fact]
    public void Admit_WithinTheBurst_Admits()
    {
        var limit = new RateLimit(Interval, burst: 3);
        Assert.Equal("+++", Run(ref limit, 0, 1, 2));
        Assert.Null(limit.Due);
    }

    [Fact]
    public void Admit_BeyondTheBurst_DropsUntilTheIntervalEnds()
    {
        var limit = new RateLimit(Interval, burst: 2);
        Assert.Equal("++---", Run(ref limit, 0, 1, 2, 3, 29.9));
        Assert.Equal(Interval, limit.Due);
        Assert.True(limit.Admit(Interval, out var dropped));
        Assert.Equal(3, dropped);
        Assert.Null(limit.Due);
    }

    [Fact]
    public void Admit_AfterAPause_StartsANewInterval()
    {
        var limit = new RateLimit(Interval, burst: 1);
        Assert.Equal("+-", Run(ref limit, 0, 1));
        Assert.Equal("+--+", Run(ref limit, 100, 101, 129.9, 130));
    }

    [Fact]
    public void Admit_BurstOfZero_AdmitsAll()
    {
        var limit = new RateLimit(Interval, burst: 0);
        Assert.Equal(new string('+', 1000), Run(ref limit, [.. Enumerable.Range(0, 1000).Select(_ => 0.0)]));
    }

    [Fact]
    public void Collect_BeforeTheEndOfTheInterval_IsEmpty()
    {
        var limit = new RateLimit(Interval, burst: 1);
        Run(ref limit, 0, 1, 2);
        Assert.Equal(0, limit.Collect(TimeSpan.FromSeconds(29)));
        Assert.Equal(2, limit.Collect(Interval));
        Assert.Equal(0, limit.Collect(Interval));
    }

    [Fact]
    public void CollectAll_AtTheEndOfTheStream_HasTheRest()
    {
        var limit = new RateLimit(Interval, burst: 1);
        Run(ref limit, 0, 1, 2);
        Assert.Equal(2, limit.CollectAll());
        Assert.Equal(0, limit.CollectAll());
    }

    [Fact]
    public void Admit_AnySteps_AccountsForEveryLineAndKeepsTheBurst() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[0, 12].Array[1, 200]).Sample((burst, steps) =>
        {
            var limit = new RateLimit(TimeSpan.FromSeconds(10), burst);
            var (now, admitted, dropped) = (TimeSpan.Zero, new List<TimeSpan>(), 0L);
            foreach (var step in steps)
            {
                now += TimeSpan.FromSeconds(step);
                if (limit.Admit(now, out var before)) admitted.Add(now);
                dropped += before;
            }

            Assert.Equal(steps.Length, admitted.Count + dropped + limit.CollectAll());
            // A window over the seam of two intervals holds two bursts at most.
            Assert.All(
                admitted,
                from => Assert.True(admitted.Count(at => at >= from && at < from + TimeSpan.FromSeconds(10)) <= 2 * burst));
        }, iter: Iterations.Times(2_000));

    private static string Run(ref RateLimit limit, params double[] seconds)
    {
        var said = "";
        foreach (var second in seconds) said += limit.Admit(TimeSpan.FromSeconds(second), out _) ? '+' : '-';
        return said;
    }
}
