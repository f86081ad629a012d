namespace EndToEnd.Tests.Controllers;

/// <summary>Controllers that the daemon's group has not.</summary>
public sealed class OfferTests(VirtualMachine machine) : ControllerTest(machine)
{
    private const string AllLimits = "memory_max: 64MiB, cpu_quota: 50%, tasks_max: 64";

    [Fact]
    public async Task Start_OneIsNotDelegated_IsAnErrorWithItsPlace()
    {
        var daemon = Daemon(controllers: "+memory +pids");
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", AllLimits)));
        await daemon.LaunchAsync();

        Assert.Equal(78, await daemon.ExitAsync());
        var errors = await daemon.ErrorsAsync();
        Assert.Contains(
            "reuseportd.yaml:6:45: services.web.limits.cpu_quota: needs the cgroup controller 'cpu', which is not delegated to reuseportd: "
            + $"the cgroup {daemon.Group} has memory pids", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("memory_max", errors, StringComparison.Ordinal);
        Assert.Empty(await daemon.GroupsAsync());
    }

    [Fact]
    public async Task Apply_OneIsNotDelegated_IsAnErrorAndNothingChanges()
    {
        var daemon = Daemon(controllers: "+memory +pids");
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", "memory_max: 64MiB, tasks_max: 64")));
        await daemon.StartAsync();
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", AllLimits)));
        var apply = await daemon.ControlAsync("apply");

        Assert.Equal(1, apply.Code);
        Assert.Contains("needs the cgroup controller 'cpu', which is not delegated to reuseportd", apply.Error, StringComparison.Ordinal);
        Assert.Equal(["supervisor", "web@0.1"], await daemon.GroupsAsync());
        await daemon.StopAsync();
    }

    /// <summary>The daemon's own group has all of them, but who else is in it bars their use for those below.</summary>
    [Fact]
    public async Task Start_SomebodyElseIsInTheGroup_IsAnError()
    {
        var daemon = Daemon(prepare: """
            { echo 0 > $group/cgroup.procs; exec sleep 1000; } > /dev/null 2>&1 &
            until read -r other < $group/cgroup.procs; do :; done
            """);
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", "memory_max: 64MiB")));
        await daemon.LaunchAsync();

        Assert.Equal(78, await daemon.ExitAsync());
        Assert.Contains($"the cgroup {daemon.Group} has none of cpu, memory and pids", await daemon.ErrorsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_Limits_AreAWarning()
    {
        var daemon = Daemon();
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", AllLimits)));
        var check = await daemon.CheckAsync();
        Assert.Equal(0, check.Code);
        foreach (var (key, controller) in ((string, string)[])[("memory_max", "memory"), ("cpu_quota", "cpu"), ("tasks_max", "pids")])
            Assert.Contains($"warning: services.web.limits.{key}: needs the cgroup controller '{controller}'", check.Error, StringComparison.Ordinal);
    }
}
