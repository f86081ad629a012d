using Reuseportd.Model;

namespace Decisions.Tests.Model;

public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(20_000, 1_024)]
    [InlineData(1_048_576, 1_024)]
    [InlineData(4_096, 256)]
    [InlineData(1_024, 128)]
    [InlineData(100, 50)]
    public void Reserve_Limit_IsBoundedAndAtMostHalf(long limit, long reserve)
    {
        var budget = new DescriptorBudget(limit);
        Assert.Equal((reserve, limit - reserve), (budget.Reserve, budget.ForWorkers));
    }

    [Fact]
    public void For_Process_CountsItsPidfdAndItsPipes()
    {
        var process = Specs.Service("web").Process;
        Assert.Equal(
            3,
            DescriptorBudget.For(process with { Stdout = new OutputTarget.Journal(), Stderr = new OutputTarget.File("/log") }));
        Assert.Equal(
            1, DescriptorBudget.For(process with { Stdout = new OutputTarget.Null(), Stderr = new OutputTarget.Inherit() }));
    }
}
