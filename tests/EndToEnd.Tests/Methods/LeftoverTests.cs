using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>BPF programs, maps and control groups end with the workers and with the daemon.</summary>
public sealed class LeftoverTests : MethodTest
{
    private const int Restarts = 100;

    [Fact]
    public async Task Stop_Kernel_NothingIsLeft()
    {
        using var cgroup = new DelegatedCgroup();
        var objects = await StartAsync(cgroup);
        await Daemon.StopAsync();

        await AssertNothingIsLeftAsync(objects, cgroup);
    }

    [Fact]
    public async Task Kill_Kernel_NothingIsLeft()
    {
        using var cgroup = new DelegatedCgroup();
        var objects = await StartAsync(cgroup);
        await Daemon.DieAsync();

        await AssertNothingIsLeftAsync(objects, cgroup);
    }

    [Fact]
    public async Task Restart_HundredTimes_NothingIsAdded()
    {
        using var cgroup = new DelegatedCgroup();
        var objects = await StartAsync(cgroup, workers: 1);
        Assert.Equal(1, CgroupStorage.Entries(objects.Maps));
        for (var number = 0; number < Restarts; number++)
            Assert.Equal(0, (await Daemon.ControlAsync("restart", "web")).Code);

        // The record in the log may follow the answer of a command.
        await Deadline.UntilAsync(() => Daemon.Events("exit").Length >= Restarts, "each former process has ended");
        Assert.Equal(Restarts, Daemon.Events("exit").Length);
        Assert.Equal(["supervisor", $"web@0.{Restarts + 1}"], cgroup.Groups());
        var now = KernelObjects.HeldBy(Daemon.Pid);
        Assert.Equal(objects.Programs.Count, now.Programs.Count);
        Assert.Equal(objects.Maps.Count, now.Maps.Count);
        // The kernel frees the storage of a removed group some time later.
        await Deadline.UntilAsync(() => CgroupStorage.Entries(now.Maps) == 1, "one group has storage");
        await Daemon.StopAsync();
        await AssertNothingIsLeftAsync(now, cgroup);
    }

    /// <returns>The objects of the daemon.</returns>
    private async Task<KernelObjects> StartAsync(DelegatedCgroup cgroup, int workers = Copies.Count)
    {
        Configure(Command("hello-static"), "method: kernel", workers);
        await StartInAsync(cgroup);
        Assert.Equal("kernel", Assert.Single(Daemon.Events("method"))["REUSEPORT_METHOD"]);
        var objects = KernelObjects.HeldBy(Daemon.Pid);
        Assert.InRange(objects.Programs.Count, 6, int.MaxValue);
        Assert.InRange(objects.Maps.Count, 4, int.MaxValue);
        return objects;
    }

    private static async Task AssertNothingIsLeftAsync(KernelObjects objects, DelegatedCgroup cgroup)
    {
        await Deadline.UntilAsync(() => !objects.AnyLeft(), "programs, maps and links are gone");
        Assert.Equal(["supervisor"], cgroup.Groups());
    }
}
