namespace EndToEnd.Tests.Controllers;

/// <summary><c>ExecStopPost=</c> of the unit, as systemd runs it: in a cgroup of its own beside those of the workers.</summary>
public sealed class ControllerReleaseTests(VirtualMachine machine) : ControllerTest(machine)
{
    [Fact]
    public async Task Release_WorkersWithLimits_ANewProcessCanEnterTheGroup()
    {
        var daemon = await StartAsync(Service("web", "sleep, infinity", "memory_max: 64MiB, tasks_max: 5"));
        var group = InitScript.Groups + daemon.Group;
        Assert.Equal("5", await daemon.FileAsync("web@0.1/pids.max"));
        Assert.NotEqual(0, (await EnterAsync(group)).Code);

        await Machine.DoAsync(
            $"mkdir {group}/.control\n"
            + $"sh -c 'echo $$ > {group}/.control/cgroup.procs && exec reuseportd --release-controllers'");

        Assert.Equal("", await daemon.FileAsync("cgroup.subtree_control"));
        Assert.Equal(0, (await EnterAsync(group)).Code);
        Assert.True(await daemon.RunsAsync(await daemon.PidOfAsync("web@0")));
    }

    [Fact]
    public async Task Release_OutsideOfAControlGroup_ChangesNothing()
    {
        var daemon = await StartAsync(Service("web", "sleep, infinity", "tasks_max: 5"));

        await Machine.DoAsync("reuseportd --release-controllers");

        Assert.Equal("pids", await daemon.FileAsync("cgroup.subtree_control"));
    }

    /// <summary>systemd does the same to start the unit's main process.</summary>
    private Task<Harness.Command> EnterAsync(string group) => Machine.RunAsync($"sh -c 'echo $$ > {group}/cgroup.procs'");
}
