using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Messages to a loop, and the fate of messages that the loop no longer takes.</summary>
public sealed class MailboxTests
{
    [Fact]
    public void Post_SeveralTimes_WakesOnceAndKeepsTheOrder()
    {
        using var mailbox = new Mailbox(TimeProvider.System);
        using var epoll = new Epoll();
        epoll.Add(mailbox.Wake, EpollEvents.Readable, 7);
        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);
        mailbox.Post(new OutputMessage.StreamEnded(1));
        mailbox.Post(new OutputMessage.StreamEnded(2));

        Assert.Equal(7ul, epoll.Wait(Deadline.Patience)[0].Token);
        mailbox.Acknowledge();
        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);
        Assert.True(
            mailbox.TryTake(out var first) && mailbox.TryTake(out var second) && !mailbox.TryTake(out _) && (first, second) is
            (OutputMessage.StreamEnded { Process: 1 }, OutputMessage.StreamEnded { Process: 2 }));
    }

    [Fact]
    public void Post_AfterAcknowledgement_WakesAgain()
    {
        using var mailbox = new Mailbox(TimeProvider.System);
        using var epoll = new Epoll();
        epoll.Add(mailbox.Wake, EpollEvents.Readable, 7);
        for (var time = 0; time < 3; time++)
        {
            mailbox.Post(new ProcessMessage.ChildEnded());
            Assert.Equal(1, epoll.Wait(Deadline.Patience).Length);
            mailbox.Acknowledge();
            Assert.True(mailbox.TryTake(out _));
        }
    }

    [Fact]
    public void Close_WaitingMessages_AreCanceled()
    {
        using var mailbox = new Mailbox(TimeProvider.System);
        var (converge, snapshot) = (Converge(), Snapshot());
        mailbox.Post(converge);
        mailbox.Post(snapshot);
        mailbox.Post(new FleetMessage.StopAll());
        mailbox.Close();
        Assert.True(converge.Done.Task.IsCanceled && snapshot.Done.Task.IsCanceled);
    }

    [Fact]
    public void Post_AfterClose_IsRefusedAtOnce()
    {
        using var mailbox = new Mailbox(TimeProvider.System);
        mailbox.Close();
        var snapshot = Snapshot();
        mailbox.Post(snapshot);
        Assert.True(snapshot.Done.Task.IsCanceled);
    }

    [Fact]
    public void Post_AfterDispose_DoesNotThrow()
    {
        var mailbox = new Mailbox(TimeProvider.System);
        mailbox.Dispose();
        var converge = Converge();
        mailbox.Post(converge);
        mailbox.Post(new ProcessMessage.ChildEnded());
        Assert.True(converge.Done.Task.IsCanceled);
    }

    [Fact]
    public void Close_WhileOtherThreadsPost_EachMessageIsAnswered()
    {
        for (var round = 0; round < 50; round++)
        {
            using var mailbox = new Mailbox(TimeProvider.System);
            var posted = new SnapshotMessage.TakeSnapshot[4][];
            var threads = Enumerable.Range(0, 4).Select(index => new Thread(() =>
            {
                posted[index] = [.. Enumerable.Range(0, 50).Select(_ => Snapshot())];
                foreach (var message in posted[index]) mailbox.Post(message);
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            mailbox.Dispose();
            foreach (var thread in threads) thread.Join();
            Assert.All(posted.SelectMany(messages => messages), message => Assert.True(message.Done.Task.IsCanceled));
        }
    }

    private static FleetMessage.Converge Converge() => new(FleetSpec.Empty, new TaskCompletionSource<ConvergeResult>());

    private static SnapshotMessage.TakeSnapshot Snapshot() => new(new TaskCompletionSource<FleetSnapshot>());
}
