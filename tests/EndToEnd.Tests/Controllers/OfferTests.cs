namespace EndToEnd.Tests.Controllers;

/// <summary>Controllers that the group of the daemon does not have.</summary>
public sealed class OfferTests(VirtualMachine machine) : ControllerTest(machine)
{
    private const string AllLimits = "memory_max: 64MiB, cpu_quota: 50%, tasks_max: 64";

    [Fact]
    public async Task Start_ControllerIsNotDelegated_IsAnErrorWithItsPlace()
    {
        var daemon = Daemon(controllers: "+memory +pids");
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", AllLimits)));
        await daemon.LaunchAsync();

        Assert.Equal(78, await daemon.ExitAsync());
        var errors = await daemon.ErrorsAsync();
        Harness.Facts.AssertIn(
            errors, "reuseportd.yaml:6:45: services.web.limits.cpu_quota: ", "'cpu'",
            $"the cgroup {daemon.Group} has memory pids");
        Assert.DoesNotContain("memory_max", errors, StringComparison.Ordinal);
        Assert.Empty(await daemon.GroupsAsync());
    }

    [Fact]
    public async Task Apply_ControllerIsNotDelegated_FailsWithoutAChange()
    {
        var daemon = Daemon(controllers: "+memory +pids");
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", "memory_max: 64MiB, tasks_max: 64")));
        await daemon.StartAsync();
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", AllLimits)));
        var apply = await daemon.ControlAsync("apply");

        Assert.Equal(1, apply.Code);
        Harness.Facts.AssertIn(apply.Error, "services.web.limits.cpu_quota: ", "'cpu'");
        Assert.Equal(["supervisor", "web@0.1"], await daemon.GroupsAsync());
        await daemon.StopAsync();
    }

    /// <summary>The daemon's group has all controllers, but another process in it prevents their use in child groups.</summary>
    [Fact]
    public async Task Start_AnotherProcessIsInTheGroup_IsAnError()
    {
        var daemon = Daemon(prepare: """
            { echo 0 > $group/cgroup.procs; exec sleep 1000; } > /dev/null 2>&1 &
            until read -r other < $group/cgroup.procs; do :; done
            """);
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", "memory_max: 64MiB")));
        await daemon.LaunchAsync();

        Assert.Equal(78, await daemon.ExitAsync());
        Harness.Facts.AssertIn(await daemon.ErrorsAsync(), "services.web.limits.memory_max: ", $"the cgroup {daemon.Group}");
    }

    [Fact]
    public async Task Check_Limits_AreAWarning()
    {
        var daemon = Daemon();
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", AllLimits)));
        var check = await daemon.CheckAsync();
        Assert.Equal(0, check.Code);
        (string Key, string Controller)[] limits = [("memory_max", "memory"), ("cpu_quota", "cpu"), ("tasks_max", "pids")];
        foreach (var (key, controller) in limits)
            Assert.Matches($"warning: services\\.web\\.limits\\.{key}: .*'{controller}'", check.Error);
    }
}
