using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class PidfdTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void Wait_Exited_HasItsCode(int code)
    {
        using var worker = TestWorker.Start("dies", "exit", $"{code}");

        Assert.Equal(ExitStatus.Exited(code), worker.AwaitExit());
    }

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(40)]
    public void Wait_Killed_HasTheSignal(int signal)
    {
        using var worker = TestWorker.Start("dies", "signal", $"{signal}");

        Assert.Equal(ExitStatus.Killed(new Signal(signal)), worker.AwaitExit());
    }

    [Fact]
    public void Wait_Running_HasNoStatus()
    {
        using var worker = TestWorker.Start("binds");

        Assert.Equal(Errno.None, worker.Process.Wait(out var status));
        Assert.Null(status);
        Assert.False(worker.Process.HasEnded);
    }

    [Fact]
    public void Wait_ReapedBefore_IsNoChild()
    {
        using var worker = TestWorker.Start("dies", "exit", "0");
        worker.AwaitExit();

        Assert.Equal(Errno.NoChild, worker.Process.Wait(out var status));
        Assert.Null(status);
    }

    [Fact]
    public void Wait_NotAChild_IsNoChild()
    {
        using var parent = Pidfd.Open(ProcessEntry.Of(Environment.ProcessId)!.Value.Parent, out _);
        Assert.SkipWhen(parent is null, "the tests are a process without a visible parent");

        Assert.Equal(Errno.NoChild, parent!.Wait(out _));
    }

    [Fact]
    public void SendSignal_RunningProcess_IsDelivered()
    {
        using var worker = TestWorker.Start("binds");

        Assert.Equal(Errno.None, worker.Process.SendSignal(Signal.Term));
        Assert.Equal(ExitStatus.Killed(Signal.Term), worker.AwaitExit());
    }

    [Fact]
    public void SendSignal_EndedNotReaped_HasNoEffect()
    {
        using var worker = TestWorker.Start("dies", "exit", "3");
        Assert.True(worker.Process.WaitForEnd(Deadline.Patience));

        Assert.Equal(Errno.None, worker.Process.SendSignal(Signal.Kill));
        Assert.Equal(ExitStatus.Exited(3), worker.AwaitExit());
    }

    [Fact]
    public void SendSignal_Reaped_IsNoProcess()
    {
        using var worker = TestWorker.Start("dies", "exit", "0");
        worker.AwaitExit();

        Assert.Equal(Errno.NoProcess, worker.Process.SendSignal(Signal.Term));
    }

    [Fact]
    public void SendSignal_IgnoredTerm_OnlyKillEndsTheProcess()
    {
        using var worker = TestWorker.Start("ignore-term");
        Assert.Equal("ignoring", worker.Out!.ReadLine());

        worker.Process.SendSignal(Signal.Term);
        worker.Process.SendSignal(Signal.Kill);
        Assert.Equal(ExitStatus.Killed(Signal.Kill), worker.AwaitExit());
    }

    [Fact]
    public void Open_NoSuchProcess_IsNoProcess()
    {
        using var worker = TestWorker.Start("dies", "exit", "0");
        worker.AwaitExit();

        Assert.Null(Pidfd.Open(int.MaxValue, out var errno));
        Assert.Equal(Errno.NoProcess, errno);
    }

    [Fact]
    public void TryTake_DescriptorOfAProcess_IsTheSameOpenFile()
    {
        using var file = SealedFile.TryMake("state"u8, out _);
        using var self = Pidfd.Open(Environment.ProcessId, out _);

        using var taken = self!.TryTake(file!.Number, out var errno);

        Assert.Equal(Errno.None, errno);
        Assert.NotEqual(file.Number, taken!.Number);
        Assert.Equal("state", File.ReadAllText($"/proc/self/fd/{taken.Number}"));
    }

    [Fact]
    public void TryTake_NoSuchNumber_IsABadDescriptor()
    {
        using var self = Pidfd.Open(Environment.ProcessId, out _);

        Assert.Null(self!.TryTake(int.MaxValue, out var errno));
        Assert.Equal(Errno.BadDescriptor, errno);
    }

    [Fact]
    public void TryTake_EndedProcess_IsNoProcess()
    {
        using var worker = TestWorker.Start("dies", "exit", "0");
        worker.AwaitExit();

        Assert.Null(worker.Process.TryTake(0, out var errno));
        Assert.Equal(Errno.NoProcess, errno);
    }
}
