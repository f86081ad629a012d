using Linux.Tests.Harness;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Real process trees. Each test has marks of its own, so tests run concurrently.</summary>
public sealed class TreeKillTests
{
    public TreeKillTests() => Assert.Equal(Errno.None, Subreaper.Become());

    [Fact]
    public void Rounds_DaemonizedGrandchild_IsKilledWithItsWorker()
    {
        using var worker = Start("double-fork", "0");
        using var grandchild = Assert.IsType<Pidfd>(Pidfd.Open(worker.ReadNumbers("grandchild")[0], out _));
        Assert.NotEqual(worker.Pid, ProcessEntry.Of(grandchild.Pid)?.Session);

        KillAll(worker, isReaped: false);
        Assert.True(grandchild.WaitForEnd(Deadline.Patience));
        Assert.Equal(ExitStatus.Killed(Signal.Kill), worker.AwaitExit());
    }

    [Fact]
    public void Rounds_WorkerHasLeftAndWasReaped_GrandchildIsKilled()
    {
        using var worker = Start("double-fork", "0", "leave");
        using var grandchild = Assert.IsType<Pidfd>(Pidfd.Open(worker.ReadNumbers("grandchild")[0], out _));
        Assert.True(worker.AwaitExit().Success);
        Assert.False(grandchild.HasEnded);

        KillAll(worker, isReaped: true);
        Assert.True(grandchild.WaitForEnd(Deadline.Patience));
    }

    [Fact]
    public void Rounds_OtherWorker_LivesOn()
    {
        using var worker = Start("double-fork", "0");
        using var other = Start("double-fork", "0");
        using var grandchild = Assert.IsType<Pidfd>(Pidfd.Open(other.ReadNumbers("grandchild")[0], out _));
        worker.ReadNumbers("grandchild");

        KillAll(worker, isReaped: false);
        Assert.False(other.Process.HasEnded);
        Assert.False(grandchild.HasEnded);
        KillAll(other, isReaped: false);
    }

    [Fact]
    public void Round_NothingLeft_IsZero()
    {
        using var worker = Start("dies", "exit", "0");
        worker.AwaitExit();

        Assert.Equal(0, Round(RootOf(worker, isReaped: true)));
    }

    [Fact]
    public void Kill_Group_TakesAllOfTheSession()
    {
        using var worker = Start("hold-pipe");
        using var holder = Assert.IsType<Pidfd>(Pidfd.Open(Assert.Single(worker.ReadNumbers("holding")), out _));
        Assert.True(worker.Process.WaitForEnd(Deadline.Patience));

        Assert.Equal(Errno.None, ProcessGroup.Kill(worker.Pid));
        Assert.True(holder.WaitForEnd(Deadline.Patience));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Kill_PidOfManyProcesses_IsRefused(int leader) => Assert.Equal(Errno.InvalidArgument, ProcessGroup.Kill(leader));

    private static TestWorker Start(string program, params string[] arguments)
    {
        var request = TestWorker.Request(program, arguments);
        return TestWorker.Start(request with { Environment = [.. request.Environment, $"REUSEPORT_TEST={Guid.NewGuid()}"] });
    }

    /// <summary>Runs rounds until one finds no process.</summary>
    private static void KillAll(TestWorker worker, bool isReaped)
    {
        var root = RootOf(worker, isReaped);
        Deadline.Until(() => Round(root) == 0, "the tree has ended");
    }

    private static int Round(TreeRoot root) =>
        SpawnThread.Run(_ => TreeKill.Round(root, ProcessTable.Read(), SpawnThread.IsWorker));

    private static TreeRoot RootOf(TestWorker worker, bool isReaped) => new(worker.Pid, isReaped, [worker.Mark]);
}
