using System.Runtime.InteropServices;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Scheduling of CPU and disk, read from the kernel.</summary>
[Collection(nameof(Dumpable))]
public sealed partial class SpawnerSchedulingTests
{
    private const int PolicyField = 41;
    private const int RealtimePriorityField = 40;

    [Theory]
    [InlineData(SchedulingPolicy.Batch, 0)]
    [InlineData(SchedulingPolicy.Idle, 0)]
    [InlineData(SchedulingPolicy.Fifo, 50)]
    [InlineData(SchedulingPolicy.RoundRobin, 1)]
    public void TrySpawn_Policy_IsTheWorkersAlone(int policy, int priority)
    {
        if (priority > 0) RequireRealtime();
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with
        {
            Scheduling = new SchedulingSpec((SchedulingPolicy)policy, priority),
        });

        Assert.Equal(policy, SchedulerOf(worker.Pid));
        Assert.Equal(policy, ProcText.Stat(worker.Pid, PolicyField));
        Assert.Equal(priority, ProcText.Stat(worker.Pid, RealtimePriorityField));
        Assert.Equal((int)SchedulingPolicy.Other, SchedulerOf(Environment.ProcessId));
    }

    [Fact]
    public void TrySpawn_OtherPolicy_IsBackFromTheSpawnersOwn()
    {
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with
        {
            Scheduling = new SchedulingSpec(SchedulingPolicy.Other, 0), Nice = 3,
        });

        Assert.Equal((int)SchedulingPolicy.Other, SchedulerOf(worker.Pid));
        Assert.Equal(3, ProcText.Stat(worker.Pid, 19));
    }

    [Theory]
    [InlineData(IoClass.BestEffort, 7)]
    [InlineData(IoClass.Idle, 0)]
    [InlineData(IoClass.Realtime, 0)]
    public void TrySpawn_IoPriority_IsTheWorkersAlone(int ioClass, int level)
    {
        OldKernel.RequireNumbers();
        if (ioClass == (int)IoClass.Realtime) RequireRealtime();
        var before = IoPriorityOf(Environment.ProcessId);
        var priority = new IoPrioritySpec((IoClass)ioClass, level);
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { IoPriority = priority });

        Assert.Equal(ioClass << 13 | level, IoPriorityOf(worker.Pid));
        Assert.Equal(before, IoPriorityOf(Environment.ProcessId));
    }

    [Fact]
    public void TrySpawn_LimitThatAllowsThePriority_IsSetBeforeIt()
    {
        var (_, hard) = ProcText.Limit(Environment.ProcessId, "Max nice priority");
        Assert.SkipUnless(hard is "0", "may raise its priority anyway");
        OrdinaryUser.Run([], spawner =>
        {
            var request = TestWorker.Request("/bin/true") with { Limits = [new ResourceLimit("nice", 30)], Nice = -5 };

            Assert.False(spawner.TrySpawn(request, out _, out var error));
            Assert.Equal(("setrlimit", "nice=30", Errno.NotPermitted), (error!.Step, error.Value, error.Errno));
        });
    }

    private static void RequireRealtime()
    {
        Root.Require();
        Assert.SkipUnless(ProcText.HasCapability("CapEff", "sys_nice"), "needs CAP_SYS_NICE");
    }

    private static int SchedulerOf(int pid) => GetScheduler(pid);

    private static nint IoPriorityOf(int pid)
    {
        const nint get = 252, process = 1;
        return Call(get, process, pid);
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    private static partial int GetScheduler(int pid);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint first, nint second);
}
