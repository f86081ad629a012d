namespace EndToEnd.Tests.Controllers;

/// <summary>The files of a worker's group.</summary>
public sealed class LimitTests(VirtualMachine machine) : ControllerTest(machine)
{
    /// <summary>First prints the limits of its own group.</summary>
    private const string SaysLimits =
        "sh, -c, 'IFS=: read -r _ _ group < /proc/self/cgroup; "
        + $"for file in memory pids; do echo $file: $(cat {InitScript.Groups}$group/$file.max); done; exec sleep infinity'";

    [Theory]
    [InlineData(Delegation.Marked)]
    [InlineData(Delegation.Container)]
    [InlineData(Delegation.User)]
    public async Task Start_AllLimits_AreInForceFromTheFirstInstructionOn(Delegation delegation)
    {
        var daemon = Daemon(delegation);
        await daemon.ConfigureAsync(
            Services(Service("web", SaysLimits, "memory_max: 256MiB, cpu_quota: 150%, tasks_max: 64", "workers: 2")));
        await daemon.StartAsync();

        var group = delegation == Delegation.Container ? "/" : daemon.Group;
        Assert.Equal(group, (await daemon.EventAsync("trees"))["REUSEPORT_CGROUP"]);
        foreach (var worker in (string[])["web@0", "web@1"])
        {
            Assert.Equal("memory: 268435456", (await daemon.LineAsync("memory:", worker)).Message);
            Assert.Equal("pids: 64", (await daemon.LineAsync("pids:", worker)).Message);
            // The quota is in force a moment later, as the daemon waits for the exec.
            Assert.Equal("150000 100000", await daemon.FileAsync($"{worker}.1/cpu.max"));
            Assert.Equal($"{await daemon.PidOfAsync(worker)}", await daemon.FileAsync($"{worker}.1/cgroup.procs"));
        }

        await daemon.StopAsync();
    }

    /// <summary>The kernel accepts the least and the largest value that the configuration accepts.</summary>
    [Fact]
    public async Task Start_LeastAndMost_WorkersRun()
    {
        (string Service, string Limit, string File, string Text)[] cases =
        [
            ("least-memory", "memory_max: 1MiB", "memory.max", "1048576"),
            ("most-memory", "memory_max: 8388607TiB", "memory.max", "9223370937343148032"),
            ("least-time", "cpu_quota: 1%", "cpu.max", "1000 100000"),
            ("most-time", "cpu_quota: 1000000%", "cpu.max", "1000000000 100000"),
            ("least-tasks", "tasks_max: 1", "pids.max", "1"),
            ("most-tasks", "tasks_max: 4194304", "pids.max", "4194304"),
        ];
        var daemon = await StartAsync([.. cases.Select(one => Service(one.Service, $"{Worker("hello")}, \"8080\"", one.Limit))]);
        foreach (var (service, _, file, text) in cases)
        {
            Assert.Equal("8080", (await daemon.EventAsync("listen", $"{service}@0"))["REUSEPORT_PORT"]);
            Assert.Equal(text, await daemon.FileAsync($"{service}@0.1/{file}"));
        }

        Assert.Empty(await daemon.EventsAsync("exit"));
        await daemon.StopAsync();
    }

    /// <summary>Each controller has a cost, so a controller without a limit stays off.</summary>
    [Fact]
    public async Task Apply_FirstLimitOfItsKind_EnablesTheController()
    {
        var daemon = await StartAsync(
            Service("web", "sleep, infinity"), Service("other", "sleep, infinity", "memory_max: infinity"));
        Assert.Equal("", await daemon.FileAsync("cgroup.subtree_control"));

        await daemon.ConfigureAsync(
            Services(Service("web", "sleep, infinity", "tasks_max: 9"), Service("other", "sleep, infinity")));
        var apply = await daemon.ControlAsync("apply");
        Assert.True(apply.Code == 0, apply.Error);
        Assert.Equal("pids", await daemon.FileAsync("cgroup.subtree_control"));
        Assert.Equal("9", await daemon.FileAsync($"web@0.2/pids.max"));
        Assert.Equal("max", await daemon.FileAsync("other@0.1/pids.max"));
        await daemon.StopAsync();
    }

    /// <summary>
    /// A negative score needs CAP_SYS_RESOURCE, which root has in the virtual machine and seldom in a container.
    /// </summary>
    [Fact]
    public async Task Start_NegativeOomScore_IsTheWorkers()
    {
        var daemon = await StartAsync(Service("web", "sleep, infinity", "oom_score_adj: -500"));
        Assert.Equal("-500", (await Machine.DoAsync($"cat /proc/{await daemon.PidOfAsync("web@0")}/oom_score_adj")).Trim());
        await daemon.StopAsync();
    }
}
