using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>The daemon in a control group that is delegated to it, and in a group that is not.</summary>
public sealed class CgroupTests : DaemonTest
{
    [Fact]
    public async Task Start_Delegated_DaemonAndWorkersHaveGroupsAndTheStopTakesThemAway()
    {
        using var cgroup = new DelegatedCgroup();
        ConfigureForking(workers: 3);
        await Daemon.StartInAsync(cgroup);

        Assert.Equal(cgroup.Name, Assert.Single(Daemon.Events("trees"))["REUSEPORT_CGROUP"]);
        Assert.Equal(["supervisor", "web@0.1", "web@1.1", "web@2.1"], cgroup.Groups());
        // The group has the daemon and its guard, once the process that made the guard has ended.
        await Deadline.UntilAsync(
            () => new[] { Daemon.Pid, Processes.ChildrenOf(Daemon.Pid).FirstOrDefault(IsGuard) }.Order()
                .SequenceEqual(cgroup.Members("supervisor").Order()),
            "the daemon and its guard are alone in their group");
        foreach (var worker in Enumerable.Range(0, 3))
        {
            var expected = new[] { Daemon.PidOf($"web@{worker}"), await GrandchildAsync($"web@{worker}") }.Order().ToArray();
            // The process between them ends soon after its fork.
            await Deadline.UntilAsync(
                () => expected.SequenceEqual(cgroup.Members($"web@{worker}.1").Order()), "the worker and its grandchild");
        }

        await Daemon.StopAsync();
        Assert.Equal(["supervisor"], cgroup.Groups());
        Assert.Empty(cgroup.Members("supervisor"));
    }

    /// <summary>Only the control group finds a process with another parent, session and environment than its worker.</summary>
    [Fact]
    public async Task Daemon_Killed_OrphanedGrandchildEnds()
    {
        using var cgroup = new DelegatedCgroup();
        ConfigureForking(workers: 2);
        await Daemon.StartInAsync(cgroup);
        int[] grandchildren = [await GrandchildAsync("web@0"), await GrandchildAsync("web@1")];

        await Daemon.DieAsync();
        await Deadline.UntilAsync(() => !grandchildren.Any(Processes.Runs), "the grandchildren end");

        await Daemon.StartInAsync(cgroup);
        Assert.Equal(["supervisor", "web@0.1", "web@1.1"], cgroup.Groups());
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Start_LeftoversOfAnEarlierDaemon_AreKilled()
    {
        using var cgroup = new DelegatedCgroup();
        foreach (var group in (string[])["old@3.7", "old@0.1/inner", ".control", "else@where"]) cgroup.Make(group);
        using var left = Sleep();
        using var inner = Sleep();
        using var other = Sleep();
        cgroup.Move(left.Id, "old@3.7");
        cgroup.Move(inner.Id, "old@0.1/inner");
        cgroup.Move(other.Id, "else@where");
        ConfigureForking(workers: 1);

        await Daemon.StartInAsync(cgroup);
        await left.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Deadline.Patience, TestContext.Current.CancellationToken);
        await inner.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Deadline.Patience, TestContext.Current.CancellationToken);
        Assert.False(other.HasExited);
        Assert.Equal([".control", "else@where", "supervisor", "web@0.1"], cgroup.Groups());
        await Daemon.StopAsync();
        other.Kill();
    }

    [Fact]
    public async Task Start_SecondDaemonInTheSameGroup_KeepsTheWorkersOfTheFirst()
    {
        using var cgroup = new DelegatedCgroup();
        ConfigureForking(workers: 2);
        await Daemon.StartInAsync(cgroup);
        await using var second = new Daemon();
        second.Configure($$"""
            services:
              other:
                command: [sleep, infinity]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await second.StartInAsync(cgroup);

        var trees = Assert.Single(second.Events("trees"));
        Assert.Null(trees["REUSEPORT_CGROUP"]);
        Assert.Equal($"another reuseportd uses the cgroup {cgroup.Name}", trees["REUSEPORT_REASON"]);
        await second.StopAsync();
        Assert.Empty(Daemon.Events("exit"));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Start_NotDelegated_MakesNoGroups()
    {
        using var cgroup = new DelegatedCgroup(isMarked: false);
        ConfigureForking(workers: 1);
        await Daemon.StartInAsync(cgroup);

        var trees = Assert.Single(Daemon.Events("trees"));
        Assert.Null(trees["REUSEPORT_CGROUP"]);
        Assert.Contains(cgroup.Name, trees["REUSEPORT_REASON"], StringComparison.Ordinal);
        Assert.Empty(cgroup.Groups());
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Start_LimitWithoutItsController_IsAnErrorWithItsPlace()
    {
        using var cgroup = new DelegatedCgroup(isMarked: false);
        var file = ConfigureForking(workers: 1, "    limits: { memory_max: 512MiB }");
        await Daemon.EnterAsync(cgroup);
        Daemon.Launch();

        Assert.Equal(78, await Daemon.ExitAsync());
        await Deadline.UntilAsync(() => Daemon.Errors.Length > 0, "the error is read");
        Assert.StartsWith($"{file}:6:27: services.web.limits.memory_max: ", Daemon.Errors, StringComparison.Ordinal);
        Facts.AssertIn(Daemon.Errors, "'memory'", $"the cgroup {cgroup.Name}");
    }

    [Fact]
    public async Task Check_Limit_IsAWarningOutsideOfTheDaemon()
    {
        ConfigureForking(workers: 1, "    limits: { cpu_quota: 50% }");
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", Daemon.Config]);
        Assert.Equal(0, check.Code);
        Assert.Matches("warning: services\\.web\\.limits\\.cpu_quota: .*'cpu'", check.Error);
    }

    private static bool IsGuard(int pid) => Processes.Status(pid, "Name") == "reuseport-guard";

    private static System.Diagnostics.Process Sleep() => System.Diagnostics.Process.Start("sleep", "infinity");

    private string ConfigureForking(int workers, string more = "") => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("clears-environment")}}]
            workers: {{workers}}
            reuseport: { ports: any }
        {{more}}
            readiness: { type: delay, delay: 0s }
        """);

    private async Task<int> GrandchildAsync(string worker) =>
        int.Parse(
            (await Daemon.LineAsync("grandchild ", worker)).Message.Split(' ')[1],
            System.Globalization.CultureInfo.InvariantCulture);
}
