using Reuseportd.Model;

namespace Linux.Tests;

public sealed class CpuSetTests
{
    [Fact]
    public void Allowed_ThisMachine_IsSomeOfItsCpus()
    {
        var allowed = CpuSet.Allowed();

        Assert.NotEmpty(allowed);
        Assert.Equal(allowed.Order(), allowed);
        Assert.InRange(CpuSet.Workers(), 1, allowed.Count);
    }

    [Theory]
    [InlineData(8, null, 8)]
    [InlineData(8, 2.0, 2)]
    [InlineData(8, 1.5, 2)]
    [InlineData(8, 0.1, 1)]
    [InlineData(2, 16.0, 2)]
    [InlineData(2, 1e300, 2)]
    public void Workers_CpusAndQuota_IsTheLesserRoundedUp(int cpus, double? quota, int expected) =>
        Assert.Equal(expected, CpuSet.Workers(cpus, quota));

    [Fact]
    public void For_Spread_CyclesThroughTheAllowedCpus()
    {
        ValueList<int> allowed = [1, 4, 6];

        var spread = Enumerable.Range(0, 4)
            .Select(worker => Assert.Single(CpuSet.For(new CpuAffinity.Spread(), worker, allowed)));
        Assert.Equal([1, 4, 6, 1], spread);
    }

    [Fact]
    public void For_ListOrNone_IsTheSameForAllWorkers()
    {
        Assert.Equal([2, 3], CpuSet.For(new CpuAffinity.List([2, 3]), 7, [0]));
        Assert.Empty(CpuSet.For(null, 7, [0]));
    }
}
