using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>The end of a process that is no child of this process.</summary>
public sealed class ForeignEndTests
{
    private const EpollEvents Once = EpollEvents.Readable | EpollEvents.EdgeTriggered;

    public static TheoryData<string, int> Ends => new() { { "exit", 0 }, { "exit", 7 }, { "signal", 9 }, { "signal", 40 } };

    [Theory]
    [MemberData(nameof(Ends))]
    public void StatusOf_NotReaped_IsThatOfProc(string how, int number)
    {
        using var process = Fostered.Start("dies", how, $"{number}");
        process.AwaitEnd();

        Assert.Equal(StatusOf(how, number), EndedProcess.StatusOf(process.Process));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void StatusOf_Reaped_IsThatOfThePidfd(string how, int number)
    {
        using var process = Reaped(how, $"{number}");
        RequireExitInfo(process);

        Assert.Equal(StatusOf(how, number), EndedProcess.StatusOf(process.Process));
    }

    [Fact]
    public void StatusOf_Running_ComesLater()
    {
        using var process = Fostered.Start("binds");

        Assert.Equal(Errno.None, process.Process.ReadExit(out var status));
        Assert.Null(status);
        Assert.Null(EndedProcess.StatusOf(process.Process));
    }

    /// <summary>The kernel shows the code in /proc to users that may trace the process, and 0 to others.</summary>
    [Fact]
    public void StatusOf_ProcShowsNothingAndNotReaped_ComesWithTheReaping()
    {
        using var process = Fostered.Start("dies", "exit", "7");
        process.AwaitEnd();

        OrdinaryUser.Run([], _ => Assert.Null(EndedProcess.StatusOf(process.Process)));
        process.AwaitReaping();
        RequireExitInfo(process);
        OrdinaryUser.Run([], _ => Assert.Equal(ExitStatus.Exited(7), EndedProcess.StatusOf(process.Process)));
    }

    [Fact]
    public void Epoll_ParentReaps_ReportsThePidfdAgain()
    {
        using var process = Fostered.Start("dies", "exit", "7");
        using var epoll = new Epoll();
        Assert.Equal(Errno.None, epoll.Add(process.Process, Once, 1));
        Assert.Equal(EpollEvents.Readable, Assert.Single(epoll.Wait(Deadline.Patience).ToArray()).What);
        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);

        process.AwaitReaping();
        RequireExitInfo(process);
        Assert.Equal(
            EpollEvents.Readable | EpollEvents.HangUp, Assert.Single(epoll.Wait(Deadline.Patience).ToArray()).What);
    }

    [Fact]
    public void StatusOf_OldKernel_IsThatOfProcOrUnknown()
    {
        OldKernel.RequireNumbers();
        OldKernel.WithoutExitInfo(() =>
        {
            using var process = Fostered.Start("dies", "exit", "7");
            process.AwaitEnd();
            Assert.Equal(ExitStatus.Exited(7), EndedProcess.StatusOf(process.Process));

            process.AwaitReaping();
            Assert.Equal(ExitStatus.Unknown, EndedProcess.StatusOf(process.Process));
        });
    }

    [Fact]
    public void KillGroup_LeaderIsReaped_EndsTheRest()
    {
        using var process = Fostered.Start("hold-pipe");
        using var holder = Assert.IsType<Pidfd>(Pidfd.Open(Assert.Single(process.ReadNumbers("holding")), out _));
        process.AwaitEnd();
        process.AwaitReaping();
        Assert.False(holder.HasEnded);

        var errno = process.Process.KillGroup();
        Assert.SkipWhen(errno == Errno.InvalidArgument, "needs Linux 6.9");
        Assert.Equal(Errno.None, errno);
        Assert.True(holder.WaitForEnd(Deadline.Patience));
        Deadline.Until(() => process.Process.KillGroup() == Errno.NoProcess, "the group is gone");
    }

    private static Fostered Reaped(params string[] arguments)
    {
        var process = Fostered.Start("dies", arguments);
        process.AwaitEnd();
        process.AwaitReaping();
        return process;
    }

    private static void RequireExitInfo(Fostered reaped)
    {
        reaped.Process.ReadExit(out var status);
        Assert.SkipWhen(status is null, "needs Linux 6.15");
    }

    private static ExitStatus StatusOf(string how, int number) =>
        how == "exit" ? ExitStatus.Exited(number) : ExitStatus.Killed(new Signal(number));
}
