using EndToEnd.Tests.Controllers;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Platforms;

/// <summary>Starts, changes and ends of workers and of the daemon.</summary>
public sealed class LifecycleTests(GuestMachine machine) : KernelTest(machine)
{
    [Fact]
    public async Task Worker_IsKilled_IsReplaced()
    {
        var daemon = await StartAsync(workers: 2);
        await daemon.SignalAsync(await daemon.PidOfAsync("web@1"), "KILL");
        var exit = await daemon.EventAsync("exit", "web@1");
        await daemon.EventAsync("ready", "web@1", after: exit);
        Assert.Equal((await PidsAsync(daemon)).Order(), (await AskAsync(times: 60)).Keys.Order());
        await daemon.StopAsync();
    }

    [Fact]
    public async Task Apply_MoreWorkers_OnlyTheNewOnesStart()
    {
        var daemon = await StartAsync(workers: 2);
        var before = await PidsAsync(daemon);
        await ConfigureAsync(daemon, workers: 3);
        Assert.Equal(0, (await daemon.ControlAsync("apply")).Code);
        var after = await PidsAsync(daemon);
        Assert.Equal(before, after[..2]);
        Assert.Equal(after.Order(), (await AskAsync(times: 60)).Keys.Order());
        await daemon.StopAsync();
    }

    [Fact]
    public async Task Reexec_UnderLoad_WorkersRunOn()
    {
        var daemon = await StartAsync();
        var before = await PidsAsync(daemon);
        await UnderLoadAsync(async () =>
        {
            var reexec = await daemon.ControlAsync("reexec");
            Assert.True(reexec.Code == 0, reexec.Error);
        });
        Assert.NotNull((await StatusAsync(daemon))["adopted"]);
        Assert.Equal(before, await PidsAsync(daemon));
        Assert.Empty(await daemon.EventsAsync("exit"));
        await daemon.StopAsync();
    }

    /// <summary>The guard, a process beside the daemon, ends the workers.</summary>
    [Fact]
    public async Task Daemon_IsKilled_WorkersEnd()
    {
        var daemon = await StartAsync(workers: 2);
        var workers = await PidsAsync(daemon);
        await daemon.DieAsync();
        foreach (var worker in workers)
            await Deadline.UntilAsync(async () => !await daemon.RunsAsync(worker), "the guard has ended it");
    }

    [Fact]
    public async Task Limits_OfAControlGroup_AreTheWorkers()
    {
        var daemon = await StartAsync(workers: 1, limits: "memory_max: 64MiB, cpu_quota: 50%, tasks_max: 6");
        Assert.Equal("67108864", await daemon.FileAsync("web@0.1/memory.max"));
        Assert.Equal("50000 100000", await daemon.FileAsync("web@0.1/cpu.max"));
        Assert.Equal("6", await daemon.FileAsync("web@0.1/pids.max"));
        await daemon.StopAsync();
    }
}
