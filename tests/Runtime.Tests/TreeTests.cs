using System.Globalization;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The end of process trees, by cgroup and by subreaper. No next process is ready before the end of the tree.</summary>
public sealed class TreeTests
{
    private static readonly RestartPolicy Once = RestartPolicy.Default with { When = RestartWhen.No };

    public static TheoryData<bool, bool> Ways => new() { { false, false }, { true, true }, { true, false } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Stop_Daemonized_NoProcessIsLeft(bool grouped, bool hasKill)
    {
        using var trees = new Trees(grouped, hasKill);
        trees.Fleet.Converge(Given.Service("web", 3, Checkout.Worker("double-fork")));
        int[] grandchildren = [.. Enumerable.Range(0, 3).Select(index => Number(trees.Fleet, $"web@{index}", "grandchild "))];

        trees.Fleet.StopAll();
        Assert.DoesNotContain(grandchildren, OwnProcess.Exists);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Exit_ProgramDaemonizes_LeftProcessIsCounted(bool grouped, bool hasKill)
    {
        using var trees = new Trees(grouped, hasKill);
        var daemon = Given.Service("web", 1, Checkout.Worker("double-fork"), "0", "leave");
        trees.Fleet.Converge(daemon with
        {
            Readiness = new ReadinessSpec.Notify(ReadinessSpec.DefaultTimeout),
            Restart = Once with { When = RestartWhen.OnFailure },
        });

        Deadline.Until(
            () => trees.Fleet.Worker("web@0") is { Reason: StateReason.Done, LeftBehind: 1 },
            "the worker left a process behind");
        Deadline.Until(() => OwnProcess.Children().Length == 0, "the grandchild is gone and reaped");
    }

    /// <summary>
    /// Without cgroups, the daemon does not know the worker of such a process, and kills it only at its own end.
    /// </summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void Stop_OwnSessionAndNoEnvironment_NoProcessIsLeft(bool grouped, bool hasKill)
    {
        using var trees = new Trees(grouped, hasKill);
        trees.Fleet.Converge(Given.Service("web", 2, Checkout.Worker("clears-environment")));
        int[] grandchildren = [.. Enumerable.Range(0, 2).Select(index => Number(trees.Fleet, $"web@{index}", "grandchild "))];

        trees.Fleet.StopAll();
        Assert.DoesNotContain(grandchildren, OwnProcess.Exists);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Stop_KeepsForking_NoProcessIsLeft(bool grouped, bool hasKill)
    {
        using var trees = new Trees(grouped, hasKill);
        trees.Fleet.Converge(Given.Service("web", 1, Checkout.Worker("forks-on"), "5"));
        trees.Fleet.Lines.Take("web@0", "forking");

        trees.Fleet.StopAll();
        Assert.Empty(OwnProcess.Children());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Kill_IgnoresTheSignalAndKeepsForking_NoProcessIsLeft(bool grouped, bool hasKill)
    {
        using var trees = new Trees(grouped, hasKill);
        trees.Fleet.Converge(Given.Shell("web", 1, $"trap '' TERM; {Checkout.Worker("forks-on")} 5 & while :; do wait; done"));
        trees.Fleet.Lines.Take("web@0", "forking");
        var removed = trees.Fleet.BeginConverge();
        trees.Fleet.Log.Take("stop", "web@0");
        trees.Fleet.Advance(StopSpec.Default.GracePeriod);

        trees.Fleet.Log.Take("kill", "web@0");
        Deadline.Await(removed, "its end");
        Deadline.Until(() => OwnProcess.Children().Length == 0, "nothing is left");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Crash_GrandchildHoldsSocket_EndsBeforeNextProcessIsReady(bool grouped, bool hasKill)
    {
        using var trees = new Trees(grouped, hasKill);
        trees.Fleet.Converge(Given.Service("web", 1, Checkout.Worker("double-fork")));
        trees.Fleet.Log.Take("ready", "web@0");
        for (var round = 0; round < 10; round++)
        {
            var grandchild = Number(trees.Fleet, "web@0", "grandchild ");
            Supervised.Kill(trees.Fleet.Worker("web@0").Pid!.Value);

            Assert.Equal(1, trees.Fleet.Log.Take("kill", "web@0").Number("REUSEPORT_COUNT"));
            trees.Fleet.Log.Take("ready", "web@0");
            Assert.NotEqual('S', OwnProcess.Stat(grandchild)?.State);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Exit_ChildOutlivesTheWorker_IsKilledWithoutARestart(bool grouped, bool hasKill)
    {
        using var trees = new Trees(grouped, hasKill);
        trees.Fleet.Converge(Given.Service("job", 1, Checkout.Worker("double-fork"), "0", "leave") with { Restart = Once });

        Assert.Equal(1, trees.Fleet.Log.Take("kill", "job@0").Number("REUSEPORT_COUNT"));
        Deadline.Until(() => OwnProcess.Children().Length == 0, "the grandchild is gone and reaped");
        Assert.Equal(WorkerState.Stopped, trees.Fleet.Worker("job@0").State);
    }

    private static int Number(Supervised fleet, string worker, string start) =>
        int.Parse(fleet.Lines.Take(worker, start)[1], CultureInfo.InvariantCulture);
}
