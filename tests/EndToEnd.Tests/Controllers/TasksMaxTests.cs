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
            (await daemon.LineAsync("last", "web@0")).Message.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        await daemon.SignalAsync(await daemon.PidOfAsync("web@0"), "KILL");

        var exit = await daemon.EventAsync("exit", "web@0");
        Assert.Equal("5", (await daemon.EventAsync("kill", "web@0", after: exit))["REUSEPORT_COUNT"]);
        await daemon.EventAsync("ready", "web@0", after: exit);
        await Harness.Deadline.UntilAsync(
            async () => await daemon.GroupsAsync() is ["supervisor", "web@0.2"], "the former group is gone");
        Assert.False(await daemon.RunsAsync(last));
        await daemon.StopAsync();
    }
}
