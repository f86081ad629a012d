using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Control.Tests;

public sealed class ReplacementTests
{
    private static readonly WorkerStatus Moving = Given.Worker("web@1") with { Updating = true };

    [Fact]
    public void Bar_NamedWorkers_FillsAsTheyAreReplaced()
    {
        var replacement = new Replacement(all: true);
        replacement.See(Given.Status(Given.Worker("web@0"), Moving with { Draining = 1 }));
        Assert.Equal("[##########..........] 1 of 2 replaced; web@1 drains, 1 connection", replacement.Bar);
        replacement.See(Given.Status(Given.Worker("web@0"), Moving with { Updating = null }));
        Assert.Equal("[####################] 2 of 2 replaced", replacement.Bar);
    }

    /// <summary>Workers of services that a change does not touch are not waited for.</summary>
    [Fact]
    public void Bar_WorkersBeingReplaced_CountsTheseOnly()
    {
        var replacement = new Replacement(all: false);
        replacement.See(Given.Status(Given.Worker("dns@0"), Moving with { Draining = 40 }, Moving with { Name = "web@2" }));
        Assert.Equal("[....................] 0 of 2 replaced; web@1 drains, 40 connections", replacement.Bar);
        replacement.See(Given.Status(Given.Worker("dns@0"), Given.Worker("web@1"), Moving with { Name = "web@2" }));
        Assert.Equal("1 of 2 replaced", replacement.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Count_NoReplacement_IsEmpty(bool all)
    {
        var replacement = new Replacement(all);
        replacement.See(Given.Status(Given.Worker("web@0")));
        Assert.Equal((null, null), (replacement.Count, replacement.Bar));
    }
}
