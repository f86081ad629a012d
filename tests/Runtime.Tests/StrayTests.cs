using System.Globalization;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Processes that a crashed worker leaves behind hold its sockets. The daemon kills them.</summary>
public sealed class StrayTests
{
    [Fact]
    public void Crash_GrandchildIsLeft_IsKilledAndReaped()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("double-fork")));
        var grandchild = StopTests.Grandchild(fleet);
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);

        Assert.Equal(1, fleet.Log.Take("kill", "web@0").Number("REUSEPORT_COUNT"));
        Deadline.Until(() => !OwnProcess.Exists(grandchild), "the grandchild is gone and reaped");
        var next = StopTests.Grandchild(fleet);
        Assert.Equal(new[] { fleet.Worker("web@0").Pid!.Value, next }.Order(), OwnProcess.Children().Order());
    }

    [Fact]
    public void Exit_ChildHoldsTheOutput_IsKilledAndTheStreamEnds()
    {
        using var fleet = new Supervised();
        fleet.Converge();
        var before = OwnProcess.Descriptors().Length;
        fleet.Converge(
            Given.Service("job", 1, Checkout.Worker("hold-pipe")) with
            {
                Restart = RestartPolicy.Default with { When = RestartWhen.OnFailure },
            });
        var child = int.Parse(fleet.Lines.Take("job@0", "holding ")[1], CultureInfo.InvariantCulture);

        fleet.Log.Take("exit", "job@0");
        Deadline.Until(() => !OwnProcess.Exists(child), "the child is gone and reaped");
        Deadline.Until(() => OwnProcess.Descriptors().Length <= before, "both pipes are closed");
        Assert.Equal(WorkerState.Stopped, fleet.Worker("job@0").State);
    }

    [Fact]
    public void Exit_ChildInTheSameGroup_IsKilledWithIt()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Shell("job", 1, "sleep 1000 & echo child $!") with
            {
                Restart = RestartPolicy.Default with { When = RestartWhen.OnFailure },
            });
        var child = int.Parse(fleet.Lines.Take("job@0", "child ")[1], CultureInfo.InvariantCulture);
        Deadline.Until(() => !OwnProcess.Exists(child), "the child is gone and reaped");
    }

    [Fact]
    public void Orphan_WorkerRuns_IsLeftAliveAndReapedAtItsEnd()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("double-fork")), Given.Sleepers("other", 1));
        var grandchild = StopTests.Grandchild(fleet);
        Supervised.Kill(fleet.Worker("other@0").Pid!.Value);
        fleet.Log.Take("exit", "other@0");
        fleet.Log.Take("ready", "other@0");
        fleet.Log.Take("ready", "other@0");
        fleet.Turn();
        Deadline.Until(() => OwnProcess.Stat(grandchild)?.State == 'S', "it sleeps");

        Supervised.Kill(grandchild);
        Deadline.Until(() => !OwnProcess.Exists(grandchild), "the orphan is reaped");
        Assert.Equal(WorkerState.Ready, fleet.Worker("web@0").State);
        Assert.Single(fleet.Log.All("exit"));
    }

    [Fact]
    public void Crash_FiftyWorkersWithAGrandchildEach_NoProcessIsLeft()
    {
        const int workers = 50;
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", workers, Checkout.Worker("double-fork")));
        var names = Enumerable.Range(0, workers).Select(index => $"web@{index}").ToArray();
        int[] grandchildren =
            [.. names.Select(name => int.Parse(fleet.Lines.Take(name, "grandchild ")[1], CultureInfo.InvariantCulture))];
        foreach (var worker in fleet.Snapshot().Workers) Supervised.Kill(worker.Pid!.Value);

        foreach (var name in names) fleet.Lines.Take(name, "grandchild ");
        Deadline.Until(() => !grandchildren.Any(OwnProcess.Exists), "all grandchildren are gone and reaped");
        Deadline.Until(() => OwnProcess.Children().Length == 2 * workers, "the new ones are left alone");
    }
}
