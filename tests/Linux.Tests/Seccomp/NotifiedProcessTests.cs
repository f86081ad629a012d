using Linux.Tests.Harness;
using Linux.Tests.Sharding;
using Reuseportd.Model;

namespace Linux.Tests.Seccomp;

/// <summary>Processes that make an answer hard, and processes without an answer.</summary>
[Collection(Listeners.Name)]
public sealed class NotifiedProcessTests
{
    private const string NoSuchCall = "38";

    [Theory]
    [InlineData("threads")]
    [InlineData("forks")]
    public void Give_ManyThreadsOrChildren_EachSharesThePort(string mode) => OwnNetwork.Run(spawner =>
    {
        const int count = 16;
        using var service = new NotifiedService(Shards.Port());
        var worker = service.Start(spawner, "binds-hard-static", mode, $"{count}", "tcp4,127.0.0.1,7000");
        var lines = Enumerable.Range(0, count + 1).Select(_ => worker.Out!.ReadLine()).Order().ToArray();
        Assert.Equal([.. Enumerable.Repeat("bound", count), "ready"], lines);
        var pids = service.Outcomes.Select(outcome => outcome.Pid).Distinct().ToArray();
        if (mode == "threads") Assert.Equal([worker.Pid], pids);
        else Assert.Equal(count, pids.Length);
        Assert.Equal(2 * count, service.Outcomes.Count(outcome => outcome.Succeeded));
    });

    [Fact]
    public void Give_ThreadWithDescriptorsOfItsOwn_SharesItsSocket() => OwnNetwork.Run(spawner =>
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 9), "needs pidfds of threads: Linux 6.9");
        using var service = new NotifiedService(Shards.Port());
        for (var number = 0; number < 2; number++)
            Assert.Equal(["bound"], service.Run(spawner, "binds-hard-static", "tables", "tcp4,127.0.0.1,7000"));
        Assert.Equal(4, service.Outcomes.Count(outcome => outcome.Succeeded));
    });

    [Fact]
    public void Give_KernelWithoutPidfdsOfThreads_SharesThePort()
    {
        OldKernel.RequireNumbers();
        OldKernel.WithoutThreadPidfds(() => OwnNetwork.Run(spawner =>
        {
            using var service = new NotifiedService(Shards.Port());
            for (var number = 0; number < 2; number++)
                Assert.Equal(["bound"], service.Run(spawner, "binds-hard-static", "threads", "1", "tcp4,127.0.0.1,7000"));
        }));
    }

    [Fact]
    public void Give_OtherFamiliesAndBadArguments_EndAsWithoutAFilter() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Spec());
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-hard-static", "others"));
        var expected = ShardedGroup.Lines(outside);
        Assert.Contains("bad-memory 14", expected);
        Assert.Equal(expected, service.Run(spawner, "binds-hard-static", "others"));
    });

    [Fact]
    public void Give_ProcessThatForbidsItselfToBind_MayNotBind() => OwnNetwork.Run(spawner =>
    {
        using var outside = TestWorker.Start(
            spawner, TestWorker.Request("binds-hard-static", "confined", "tcp4,127.0.0.1,7000"));
        var expected = ShardedGroup.Lines(outside);
        var isMissing = expected[0].StartsWith("missing", StringComparison.Ordinal);
        Assert.SkipWhen(isMissing, "needs Landlock with rules for the network: Linux 6.7");
        Assert.Equal(["failed 13"], expected);
        using var service = new NotifiedService(Shards.Port());
        Assert.Equal(expected, service.Run(spawner, "binds-hard-static", "confined", "tcp4,127.0.0.1,7000"));
        Assert.Equal([1ul], service.Confined);
    });

    [Theory]
    [InlineData("held")]
    [InlineData("locked")]
    public void Give_ProcessThatHoldsTheThread_DoesNotDelayAnotherService(string mode) => OwnNetwork.Run(spawner =>
    {
        Root.Require(); // for userfaultfd(2)
        using var held = new NotifiedService(Shards.Port());
        using var other = new NotifiedService(Shards.Port());
        var holder = held.Start(spawner, "binds-hard-static", mode, "tcp4,127.0.0.1,7000");
        Assert.Equal("ready", holder.Out!.ReadLine());
        Deadline.Until(() => IsInBind(holder.Pid), "a waiting bind");
        for (var number = 0; number < 20; number++)
            Assert.Equal(["bound tcp4 127.0.0.1 7000"], other.Run(spawner, "binds-static", "tcp4,127.0.0.1,7000"));

        held.Notifier.Dispose(); // does not wait
        Assert.DoesNotContain(held.Outcomes, outcome => outcome.Kind == OutcomeKind.Bind);
        Assert.False(held.Notifier.Ended.IsCompleted, "nothing held the thread");
    });

    [Fact]
    public void Dispose_BindsAfterIt_FailWithNoSuchCall() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        var worker = TestWorker.Start(spawner, NotifiedService.Notifying(
            TestWorker.Request("binds-hard-static", "threads", "1", "tcp4,127.0.0.1,7000")));
        using (worker)
        {
            // The bind waits for the first answer, and no thread gives one.
            Deadline.Until(() => IsInBind(worker.Pid), "a waiting bind");
            worker.Spawned.BindListener!.Dispose();
            Assert.Equal([$"failed {NoSuchCall}"], ShardedGroup.Lines(worker));
        }

        service.Start(spawner, "binds-oddly-static", "flood", "1000000000");
        Deadline.Until(() => service.Outcomes.Any(), "an outcome");
        service.Notifier.Dispose();
        Assert.True(service.Notifier.Ended.Wait(Deadline.Patience), "the thread still runs");
        Assert.Equal(0, service.Notifier.Count);
        using var late = TestWorker.Start(spawner, NotifiedService.Notifying(
            TestWorker.Request("binds-hard-static", "threads", "1", "tcp4,127.0.0.1,7000")));
        Assert.Equal(Errno.BadDescriptor, service.Notifier.Add(late.Spawned.BindListener!, Shards.Port(), 9));
        Assert.Equal([$"failed {NoSuchCall}"], ShardedGroup.Lines(late));
    });

    [Fact]
    public void Remove_OneWorker_LeavesTheOthers() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        service.Start(spawner, "binds-oddly-static", "flood", "1000000000");
        service.Notifier.Remove(1);
        Assert.Equal(["bound tcp4 127.0.0.1 7000"], service.Run(spawner, "binds-static", "tcp4,127.0.0.1,7000"));
        Assert.Equal(1, service.Notifier.Count);
    });

    [Fact]
    public void Add_WorkersThatAreKilledWhileTheyBind_AreRemoved() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        for (var round = 0; round < 20; round++)
        {
            var worker = service.Start(spawner, "binds-oddly-static", "flood", "1000000000");
            var told = service.Outcomes.Count();
            Deadline.Until(() => service.Outcomes.Count() > told, "an outcome");
            Assert.Equal(Errno.None, worker.Process.SendSignal(Signal.Kill));
            worker.AwaitExit();
        }

        Deadline.Until(() => service.Notifier.Count == 0, "no worker is left");
        service.KillWorkers();
        Assert.Equal(["bound tcp4 127.0.0.1 7000"], service.Run(spawner, "binds-static", "tcp4,127.0.0.1,7000"));
        Assert.Equal(1, Listeners.Open);
    });

    /// <summary>A bind that is repeated after it has succeeded fails with EINVAL.</summary>
    [Fact]
    public void Give_ProcessThatGetsSignals_BindsEachSocketOnce() => OwnNetwork.Run(spawner =>
    {
        const int count = 200;
        using var service = new NotifiedService(Shards.Port());
        var lines = service.Run(spawner, "binds-hard-static", "signals", $"{count}", "udp4,127.0.0.1,7000");
        Assert.Equal(Enumerable.Repeat("bound", count), lines);
    });

    /// <summary>Whether a thread of the process is in bind(2), and so waits for an answer.</summary>
    private static bool IsInBind(int pid) => Directory.GetDirectories($"/proc/{pid}/task")
        .Any(task => File.ReadAllText($"{task}/syscall").StartsWith($"{Libc.BindNumber} ", StringComparison.Ordinal));
}
