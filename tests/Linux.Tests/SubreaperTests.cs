using Linux.Tests.Harness;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SubreaperTests
{
    public SubreaperTests() => Assert.Equal(Errno.None, Subreaper.Become());

    [Fact]
    public void Become_Orphan_IsHandedToThisProcess()
    {
        using var orphan = Orphan();

        Assert.Equal(Environment.ProcessId, ProcessEntry.Of(orphan.Pid)?.Parent);
        Assert.Contains(orphan.Pid, SpawnThread.Run(_ => Subreaper.AdoptedProcesses(SpawnThread.IsWorker)));
        orphan.SendSignal(Signal.Kill);
    }

    [Fact]
    public void Reap_EndedOrphan_IsReaped()
    {
        using var orphan = EndedOrphan();

        // This test or a concurrent test reaps the orphan.
        Deadline.Until(
            () =>
            {
                SpawnThread.Run(_ => Subreaper.Reap(SpawnThread.IsWorker));
                return orphan.SendSignal(Signal.Term) == Errno.NoProcess;
            },
            "the orphan is reaped");
    }

    [Fact]
    public void Reap_EndedWorker_LeavesItsExitToItsOwner()
    {
        using var worker = TestWorker.Start("dies", "exit", "9");
        Assert.True(worker.Process.WaitForEnd(Deadline.Patience));

        var reaped = SpawnThread.Run(_ => Subreaper.Reap(SpawnThread.IsWorker));

        Assert.DoesNotContain(worker.Pid, reaped.Select(stranger => stranger.Pid));
        Assert.Equal(ExitStatus.Exited(9), worker.AwaitExit());
    }

    [Fact]
    public void NextEnded_EndedOrphan_IsReportedAndNotReaped()
    {
        using var orphan = EndedOrphan();

        // Orphans of other tests appear too, and other tests can reap this orphan.
        Deadline.Until(
            () => SpawnThread.Run(_ =>
            {
                var ended = Subreaper.NextEnded();
                var isOurs = ended == orphan.Pid && ProcessEntry.Of(orphan.Pid)?.IsZombie == true;
                if (ended is { } pid && !SpawnThread.IsWorker(pid)) Subreaper.Reap(pid);
                return isOurs || orphan.SendSignal(Signal.Term) == Errno.NoProcess;
            }),
            "the orphan is told of");
    }

    [Fact]
    public void NextEnded_EndedWorker_IsLeftToItsOwner()
    {
        using var worker = TestWorker.Start("dies", "exit", "4");
        Assert.True(worker.Process.WaitForEnd(Deadline.Patience));

        Assert.NotEqual(worker.Pid, SpawnThread.Run(_ => Subreaper.NextEnded()));
        Assert.Equal(ExitStatus.Exited(4), worker.AwaitExit());
    }

    [Fact]
    public void Reap_RunningChild_IsLeftAlone()
    {
        using var worker = TestWorker.Start("binds");

        Assert.Null(Subreaper.Reap(worker.Pid));
        Assert.False(worker.Process.HasEnded);
    }

    /// <summary>A process that runs, and whose parent has ended.</summary>
    private static Pidfd Orphan()
    {
        using var parent = TestWorker.Start("hold-pipe");
        var orphan = Assert.IsType<Pidfd>(Pidfd.Open(Assert.Single(parent.ReadNumbers("holding")), out _));
        parent.AwaitExit();
        return orphan;
    }

    private static Pidfd EndedOrphan()
    {
        var orphan = Orphan();
        orphan.SendSignal(Signal.Kill);
        Assert.True(orphan.WaitForEnd(Deadline.Patience));
        return orphan;
    }
}
