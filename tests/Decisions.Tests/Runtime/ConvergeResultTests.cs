using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Runtime;

public sealed class ConvergeResultTests
{
    [Fact]
    public void Of_Plan_CountsServicesByStep()
    {
        var (one, two, three) = (Specs.Service("one"), Specs.Service("two"), Specs.Service("three"));
        var plan = Reconciler.Plan(
            [one, two, three],
            [
                two with { Workers = 9 }, three with { Process = Specs.Process("other") }, Specs.Service("four"),
                Specs.Service("five"),
            ]);
        var counts = new FleetCounts(9, 8, 0, 0, 1, 0, 0);
        Assert.Equal(
            new ConvergeResult(Added: 2, Changed: 2, Removed: 1, Unchanged: 0, counts, []), ConvergeResult.Of(plan, counts, []));
        Assert.Equal(1, ConvergeResult.Of(plan, counts, [], rolledBack: 1).Changed);
    }
}
