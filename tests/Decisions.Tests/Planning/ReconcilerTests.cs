using Reuseportd.Model;
using Reuseportd.Planning.Changes;

namespace Decisions.Tests.Planning;

public sealed class ReconcilerTests
{
    private static readonly ServiceSpec Web = Specs.Service("web");

    [Fact]
    public void Plan_SameServices_NeedsNothing()
    {
        var plan = Reconciler.Plan([Specs.Service("web"), Specs.Service("dns")], [Specs.Service("dns"), Specs.Service("web")]);
        Assert.Empty(plan.Steps);
        Assert.Equal(2, plan.Unchanged);
    }

    [Fact]
    public void Plan_EachKindOfChange_HasItsStepWithRemovalsFirst()
    {
        var faster = Web with { Name = "policy", Restart = RestartPolicy.Default with { Delay = TimeSpan.FromSeconds(1) } };
        var plan = Reconciler.Plan(
            [Web, Specs.Service("gone"), Specs.Service("policy"), Specs.Service("same")],
            [Web with { Process = Specs.Process("other") }, faster, Specs.Service("new"), Specs.Service("same")]);

        Assert.Equal(["Remove gone", "Replace web", "Adjust policy", "Add new"], plan.Steps.Select(Text));
        Assert.Equal(1, plan.Unchanged);
    }

    [Fact]
    public void Plan_MoreWorkers_TouchesNoProcess() =>
        Assert.Equal(["Adjust web"], Reconciler.Plan([Web], [Web with { Workers = 9 }]).Steps.Select(Text));

    [Fact]
    public void Plan_OnlyTheBalanceDiffers_TouchesNoProcess()
    {
        var hashed = Web.Process with { Reuseport = Web.Process.Reuseport with { Balance = Balance.Hash } };
        Assert.Equal(["Adjust web"], Reconciler.Plan([Web], [Web with { Process = hashed }]).Steps.Select(Text));
    }

    [Fact]
    public void Plan_PortsDiffer_ReplacesTheProcesses()
    {
        var moved = Web.Process with { Reuseport = Web.Process.Reuseport with { Ports = PortFilter.Any } };
        Assert.Equal(["Replace web"], Reconciler.Plan([Web], [Web with { Process = moved }]).Steps.Select(Text));
    }

    private static string Text(PlanStep step) => $"{step.GetType().Name} {step.Service}";
}
