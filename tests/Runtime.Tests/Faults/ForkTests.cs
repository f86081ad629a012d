using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Faults;

/// <summary>Workers whose descendants keep forking into other sessions while the daemon kills them.</summary>
public sealed class ForkTests
{
    /// <summary>The children fork for longer than many passes over /proc take.</summary>
    private const int Chain = 5_000;

    private const int Standing = 200;

    private static RestartPolicy Never { get; } = RestartPolicy.Default with { When = RestartWhen.No };

    [Fact]
    public void Crash_ChildrenKeepForking_LastOfThemIsKilled()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("fork-chain"), $"{Chain}") with { Restart = Never });
        fleet.Lines.Take("web@0", "forking");
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);

        Assert.Equal("9", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
        fleet.Log.Take("kill", "web@0");
        Deadline.Until(() => OwnProcess.Children().Length == 0, "all of the chain is gone and reaped");
        Assert.Equal(WorkerState.Failed, fleet.Worker("web@0").State);
    }

    [Fact]
    public void Stop_ChildrenKeepForking_LastOfThemIsKilled()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("fork-chain"), $"{Chain}"));
        fleet.Lines.Take("web@0", "forking");
        fleet.Converge();

        Assert.Equal("15", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
        fleet.Log.Take("kill", "web@0");
        Deadline.Until(() => OwnProcess.Children().Length == 0, "all of the chain is gone and reaped");
    }

    [Fact]
    public void Crash_LongChainOfDescendants_AllAreKilledAndCounted()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("fork-chain"), $"{Standing}", "stay") with { Restart = Never });
        fleet.Lines.Take("web@0", "last ");
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);

        Assert.Equal(Standing, fleet.Log.Take("kill", "web@0").Number("REUSEPORT_COUNT"));
        Deadline.Until(() => OwnProcess.Children().Length == 0, "all of the line are gone and reaped");
        Assert.Equal(WorkerState.Failed, fleet.Worker("web@0").State);
    }

    /// <summary>The daemon does not kill another worker and its descendants.</summary>
    [Fact]
    public void Crash_ChildrenKeepForkingBesideAnotherWorker_TreeOfTheOtherLives()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Service("restless", 1, Checkout.Worker("fork-chain"), $"{Chain}") with { Restart = Never },
            Given.Service("web", 1, Checkout.Worker("double-fork")));
        var grandchild = StopTests.Grandchild(fleet);
        fleet.Lines.Take("restless@0", "forking");
        Supervised.Kill(fleet.Worker("restless@0").Pid!.Value);

        fleet.Log.Take("kill", "restless@0");
        Deadline.Until(() => OwnProcess.Children().Length == 2, "all of the chain is gone and reaped");
        Assert.Equal(new[] { fleet.Worker("web@0").Pid!.Value, grandchild }.Order(), OwnProcess.Children().Order());
        Assert.Equal(1, fleet.Worker("web@0").Generation);
    }
}
