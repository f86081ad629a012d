using Reuseportd.Planning;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Runtime;

public sealed class FleetCountsTests
{
    [Fact]
    public void ToString_AllReady_SaysNoMore() => Assert.Equal("4 of 4 workers ready", new FleetCounts(4, 4, 0, 0, 0, 0, 0).ToString());

    [Fact]
    public void ToString_OthersAreNot_SaysWhatTheyDo() => Assert.Equal(
        "1 of 10 workers ready; 2 starting, 3 stopping, 1 in backoff, 3 failed", new FleetCounts(10, 1, 2, 3, 1, 3, 5).ToString());

    [Fact]
    public void ToString_Nothing_IsNoSurprise() => Assert.Equal("0 of 0 workers ready", default(FleetCounts).ToString());

    [Fact]
    public void Of_APlan_CountsServicesByWhatWasDone()
    {
        var (one, two, three) = (Specs.Service("one"), Specs.Service("two"), Specs.Service("three"));
        var plan = Reconciler.Plan([one, two, three], [two with { Workers = 9 }, three with { Process = Specs.Process("other") }, Specs.Service("four"), Specs.Service("five")]);
        var counts = new FleetCounts(9, 8, 0, 0, 1, 0, 0);
        Assert.Equal(new ConvergeResult(Added: 2, Changed: 2, Removed: 1, Unchanged: 0, counts, []), ConvergeResult.Of(plan, counts, []));
        Assert.Equal(1, ConvergeResult.Of(plan, counts, [], rolledBack: 1).Changed);
    }
}
