using System.Globalization;

namespace EndToEnd.Tests.Controllers;

public sealed class TasksMaxTests(VirtualMachine machine) : ControllerTest(machine)
{
    [Fact]
    public async Task TasksMax_ServiceReachesIt_OnlyItsForksFail()
    {
        const string chain = "fork-chain, \"20\", stay";
        var daemon = await StartAsync(
            Service("web", $"{InitScript.Workers}/{chain}", "tasks_max: 6", "workers: 2"),
            Service("free", $"{InitScript.Workers}/{chain}"));
        foreach (var worker in (string[])["web@0", "web@1"])
        {
            await daemon.LineAsync("fork: Resource temporarily unavailable", worker);
            await daemon.LineAsync("last", worker);
            Assert.Equal("6", await daemon.FileAsync($"{worker}.1/pids.current"));
            Assert.Equal(1, await daemon.NumberAsync($"{worker}.1/pids.events", "max"));
        }

        await daemon.LineAsync("last", "free@0");
        Assert.Equal("21", await daemon.FileAsync("free@0.1/pids.current"));
        Assert.Equal(
            ("max", 0), (await daemon.FileAsync("free@0.1/pids.max"), await daemon.NumberAsync("free@0.1/pids.events", "max")));
        Assert.Empty(await daemon.EventsAsync("exit"));
        await daemon.StopAsync();
    }

    /// <summary>The daemon kills and replaces the processes of a full group like those of any other group.</summary>
    [Fact]
    public async Task Crash_GroupIsFull_TreeEndsAndTheNextProcessStarts()
    {
        var daemon = await StartAsync(Service("web", $"{Worker("fork-chain")}, \"20\", stay", "tasks_max: 6"));
        var last = int.Parse(
            (await daemon.LineAsync("last", "web@0")).Message.Split(' ')[1], CultureInfo.InvariantCulture);
        await daemon.SignalAsync(await daemon.PidOfAsync("web@0"), "KILL");

        var exit = await daemon.EventAsync("exit", "web@0");
        Assert.Equal("5", (await daemon.EventAsync("kill", "web@0", after: exit))["REUSEPORT_COUNT"]);
        await daemon.EventAsync("ready", "web@0", after: exit);
        await Harness.Deadline.UntilAsync(
            async () => await daemon.GroupsAsync() is ["supervisor", "web@0.2"], "the former group is gone");
        Assert.False(await daemon.RunsAsync(last));
        await daemon.StopAsync();
    }

    /// <summary>The group of the daemon is full: workers wait, and start when there is room.</summary>
    [Fact]
    public async Task Scale_GroupOfTheDaemonIsFull_WorkersWaitUntilTheLimitIsRaised()
    {
        const int many = 30;
        var daemon = await StartAsync(Service("web", "sleep, infinity"));
        // Room for some threads that the daemon makes later, and for some workers.
        var most = int.Parse(await daemon.FileAsync("pids.current"), CultureInfo.InvariantCulture) + 12;
        var file = $"{InitScript.Groups}{daemon.Group}/pids.max";
        await Machine.DoAsync($"echo {most} > {file}");
        await daemon.ControlAsync($"scale web {many}");
        var logged = await daemon.EventAsync("no_room");
        Assert.Equal(
            ("web", $"pids.max (TasksMax) of the control group {daemon.Group} is {most}"),
            (logged["REUSEPORT_SERVICE"], logged["REUSEPORT_LIMIT"]));
        Assert.Contains("waiting", (await daemon.ControlAsync("status web")).Out, StringComparison.Ordinal);

        await Machine.DoAsync($"echo max > {file}");
        for (var index = 0; index < many; index++) await daemon.EventAsync("ready", $"web@{index}");
        Assert.Single(await daemon.EventsAsync("no_room"));
        Assert.Empty(await daemon.EventsAsync("spawn_error"));
        await daemon.StopAsync();
    }
}
