using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

public sealed class CapacityTests
{
    [Theory]
    [InlineData(300, 100_000, 0)]
    [InlineData(301, 100_000, 1)]
    [InlineData(300, 300, 1)]
    [InlineData(301, 300, 2)]
    public void Warnings_Fleet_OneForEachLimitThatHasNoRoom(int workers, long tasks, int warnings)
    {
        var budget = new DescriptorBudget(900 + 128);
        Assert.Equal(900, budget.ForWorkers);
        var fleet = new FleetSpec(DaemonSpec.Default, [Specs.Service("web") with { Workers = workers }]);

        var found = Capacity.Warnings("/etc/reuseportd", fleet, budget.Limit, (tasks, "kernel.pid_max")).ToArray();

        Assert.Equal(warnings, found.Length);
        Assert.All(found, warning => Assert.Equal(("/etc/reuseportd", Severity.Warning), (warning.File, warning.Severity)));
    }
}
