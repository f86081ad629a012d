using Reuseportd.Runtime.Output;

namespace Decisions.Tests.Runtime;

public sealed class LineBudgetTests
{
    private readonly LineBudget _budget = new();

    [Fact]
    public void Allows_LineOfALargeRead_Always()
    {
        Assert.DoesNotContain(false, Enumerable.Range(0, 100_000).Select(_ => _budget.Allows(4000, 1000, TimeSpan.Zero)));
    }

    [Fact]
    public void Allows_LineOfSingleBytes_FourMegabytesEachSecond()
    {
        var kept = Enumerable.Range(0, 3_000).Select(read => _budget.Allows(8192, 1, TimeSpan.FromMilliseconds(read)));
        Assert.Equal(3 * 512, kept.Count(one => one));
    }
}
