using System.Globalization;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The loop creates, fills and removes control groups.</summary>
public sealed class GroupTests
{
    [Fact]
    public void Spawn_EachProcess_StartsInAGroupOfItsName()
    {
        using var trees = new Trees(grouped: true);
        trees.Fleet.Converge(Given.Service("web", 2, Checkout.Worker("double-fork")), Given.Sleepers("a.b-c_d", 1));
        var grandchild = int.Parse(trees.Fleet.Lines.Take("web@1", "grandchild ")[1], CultureInfo.InvariantCulture);

        Assert.Equal(["a.b-c_d@0.1", "web@0.1", "web@1.1"], trees.Cgroup!.Groups());
        int[] members = [trees.Fleet.Worker("web@1").Pid!.Value, grandchild];
        Assert.Equal(members.Order(), trees.Cgroup.Members("web@1.1").Order());
    }

    [Fact]
    public void Crash_NoProcessLeft_GroupIsRemovedWithoutKillEvent()
    {
        using var trees = new Trees(grouped: true);
        trees.Fleet.Converge(Given.Sleepers("web", 3));
        trees.Fleet.Log.Take("ready", 3);
        Supervised.Kill(trees.Fleet.Worker("web@1").Pid!.Value);
        trees.Fleet.Log.Take("ready", "web@1");

        Assert.Equal(["web@0.1", "web@1.2", "web@2.1"], trees.Cgroup!.Groups());
        Assert.Empty(trees.Fleet.Log.All("kill"));
    }

    [Fact]
    public void Spawn_ProgramIsMissing_LeavesNoGroup()
    {
        using var trees = new Trees(grouped: true);
        trees.Fleet.Converge(
            Given.Service("lost", 2, "/nonexistent/program") with
            {
                Restart = RestartPolicy.Default with { When = RestartWhen.No },
            });
        Assert.Equal(2, trees.Fleet.Snapshot().Counts.Failed);
        Assert.Empty(trees.Cgroup!.Groups());
    }

    [Fact]
    public void Stop_WorkerMadeGroupsOfItsOwn_AreRemovedWithIt()
    {
        using var trees = new Trees(grouped: true);
        var group = $"{trees.Cgroup!.Path}/web@0.1";
        trees.Fleet.Converge(Given.Shell(
            "web",
            1,
            $"mkdir -p {group}/a/b {group}/c; "
            + $"sh -c 'echo 0 > {group}/a/b/cgroup.procs; setsid sleep 1000 & echo inner $!'; exec sleep 1000"));
        var inner = int.Parse(trees.Fleet.Lines.Take("web@0", "inner ")[1], CultureInfo.InvariantCulture);
        Assert.Contains(inner, trees.Cgroup.Members("web@0.1/a/b"));

        trees.Fleet.Converge();
        Deadline.Until(() => !OwnProcess.Exists(inner) && trees.Cgroup.Groups().Length == 0, "process and groups are gone");
    }

    [Fact]
    public void Spawn_NameIsStillInUse_AnotherNameIsUsed()
    {
        using var trees = new Trees(grouped: true);
        trees.Cgroup!.Make("web@0.1");
        trees.Cgroup.Make("web@0.1/kept");
        trees.Fleet.Converge(Given.Sleepers("web", 1));
        Assert.Equal(["web@0.1", "web@0.1+2"], trees.Cgroup.Groups());

        Directory.Delete($"{trees.Cgroup.Path}/web@0.1/kept");
        Directory.Delete($"{trees.Cgroup.Path}/web@0.1");
    }

    [Fact]
    public void Spawn_LimitWithoutController_FailsWithReasonAndLeavesNoGroup()
    {
        using var trees = new Trees(grouped: true);
        var service = Given.Sleepers("web", 1) with { Restart = RestartPolicy.Default with { When = RestartWhen.No } };
        trees.Fleet.Converge(Limited(service, new GroupLimits(1 << 28, null, null)));

        var error = trees.Fleet.Worker("web@0").SpawnError!;
        Assert.Equal(("memory_max", "268435456"), (error.Step, error.Value));
        Assert.Equal("memory_max", trees.Fleet.Log.Take("spawn_error", "web@0").Field("REUSEPORT_STEP"));
        Assert.Empty(trees.Cgroup!.Groups());
    }

    private static ServiceSpec Limited(ServiceSpec service, GroupLimits limits) => service with
    {
        Process = service.Process with { Limits = service.Process.Limits with { Group = limits } },
    };
}
