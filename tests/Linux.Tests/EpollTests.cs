using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class EpollTests
{
    [Fact]
    public void Wait_SeveralReady_GivesEachItsToken()
    {
        using var epoll = new Epoll();
        var wakes = Enumerable.Range(0, 5).Select(_ => new EventFd()).ToList();
        for (var i = 0; i < wakes.Count; i++)
            Assert.Equal(Errno.None, epoll.Add(wakes[i], EpollEvents.Readable, ulong.MaxValue - (ulong)i));
        wakes[1].Signal();
        wakes[3].Signal();

        var ready = epoll.Wait(Deadline.Patience).ToArray();
        Assert.Equal([ulong.MaxValue - 3, ulong.MaxValue - 1], ready.Select(one => one.Token).Order());
        Assert.All(ready, one => Assert.Equal(EpollEvents.Readable, one.What));
        wakes.ForEach(wake => wake.Dispose());
    }

    [Fact]
    public void Wait_NothingReady_EndsWithTheTimeout()
    {
        using var epoll = new Epoll();

        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);
        Assert.True(epoll.Wait(TimeSpan.FromSeconds(-1)).IsEmpty);
        Assert.True(epoll.Wait(TimeSpan.FromMicroseconds(300)).IsEmpty);
    }

    [Fact]
    public void Wait_DrainedEventFd_IsNotReadyAgain()
    {
        using var epoll = new Epoll();
        using var wake = new EventFd();
        epoll.Add(wake, EpollEvents.Readable, 1);
        wake.Signal();
        wake.Signal();
        wake.Drain();
        wake.Drain();

        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);
    }

    [Fact]
    public void Wait_SignalFromAnotherThread_Wakes()
    {
        using var epoll = new Epoll();
        using var wake = new EventFd();
        epoll.Add(wake, EpollEvents.Readable, 7);
        var signaller = new Thread(wake.Signal);
        signaller.Start();

        Assert.Equal(7u, Assert.Single(epoll.Wait(Deadline.Patience).ToArray()).Token);
        signaller.Join();
    }

    [Fact]
    public void Wait_ProcessEnds_PidfdIsReadable()
    {
        using var worker = TestWorker.Start("binds");
        using var epoll = new Epoll();
        epoll.Add(worker.Process, EpollEvents.Readable, 5);
        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);

        worker.Process.SendSignal(Signal.Kill);
        Assert.Equal(5u, Assert.Single(epoll.Wait(Deadline.Patience).ToArray()).Token);
    }

    [Fact]
    public void Remove_AddedDescriptor_IsNotReported()
    {
        using var epoll = new Epoll();
        using var wake = new EventFd();
        epoll.Add(wake, EpollEvents.Readable, 1);
        wake.Signal();

        Assert.Equal(Errno.None, epoll.Remove(wake));
        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);
        Assert.Equal(Errno.NotFound, epoll.Remove(wake));
    }

    [Fact]
    public void Modify_NoInterest_PausesReports()
    {
        using var epoll = new Epoll();
        using var wake = new EventFd();
        epoll.Add(wake, EpollEvents.Readable, 1);
        wake.Signal();

        epoll.Modify(wake, EpollEvents.None, 1);
        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);
        epoll.Modify(wake, EpollEvents.Readable, 2);
        Assert.Equal(2u, Assert.Single(epoll.Wait(Deadline.Patience).ToArray()).Token);
    }
}
