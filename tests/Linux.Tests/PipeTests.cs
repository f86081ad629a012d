using System.Text;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class PipeTests
{
    [Fact]
    public void Read_EmptyPipe_IsAgain()
    {
        var request = TestWorker.Request("ignore-term");
        using var worker = TestWorker.Start(request);

        Assert.Equal(Errno.Again, worker.Spawned.Stderr!.Read(new byte[16]).Errno);
    }

    [Fact]
    public void Read_MuchOutput_AllArrives()
    {
        using var worker = TestWorker.Start("spew", "2000", "1000");

        var text = worker.Out!.ReadToEnd();
        Assert.Equal(2000 * 1001, text.Length);
        Assert.StartsWith("1999 x", Encoding.ASCII.GetString(text)[(1999 * 1001)..], StringComparison.Ordinal);
        Assert.True(worker.AwaitExit().Success);
    }

    [Fact]
    public void Read_ChildHoldsTheOtherEnd_StreamDoesNotEndWithTheWorker()
    {
        using var worker = TestWorker.Start("hold-pipe");
        var child = Assert.Single(worker.ReadNumbers("holding"));
        worker.AwaitExit();
        using var holder = Assert.IsType<Pidfd>(Pidfd.Open(child, out _));

        Assert.Equal(Errno.Again, worker.Spawned.Stdout!.Read(new byte[16]).Errno);
        holder.SendSignal(Signal.Kill);
        Assert.Empty(worker.Out!.ReadToEnd());
    }
}
