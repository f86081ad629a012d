using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Lookups of accounts on other threads, and their deadline.</summary>
public sealed class AccountTests
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(11);

    private static readonly ProcessSpec Process = Given.Sleepers("web", 1).Process;

    [Fact]
    public void Prepare_AnswerInTime_RetriesAndLeavesNoDeadline()
    {
        var time = new MovableTime();
        using var mailbox = new Mailbox(time);
        var accounts = new Accounts(mailbox, time);
        var retries = 0;
        Assert.False(accounts.Prepare(Process, () => retries++));
        Assert.NotNull(accounts.NextWait(TimeSpan.Zero));

        Accounts.Handle(AwaitAnswer(mailbox));

        Assert.Null(accounts.NextWait(TimeSpan.Zero));
        time.Advance(TooLong);
        accounts.HandleDue(TimeSpan.Zero);
        Assert.Equal(1, retries);
        Assert.True(accounts.TryFind(Process, out _, out _));
        Assert.True(accounts.Prepare(Process, () => retries++));
    }

    [Fact]
    public void HandleDue_AnswerIsLate_RetriesWithoutAccountAndTakesItLater()
    {
        var time = new MovableTime();
        using var mailbox = new Mailbox(time);
        var accounts = new Accounts(mailbox, time);
        var retries = 0;
        Assert.False(accounts.Prepare(Process, () => retries++));
        accounts.HandleDue(TimeSpan.Zero);
        Assert.Equal(0, retries);

        time.Advance(TooLong);
        Assert.Equal(TimeSpan.Zero, accounts.NextWait(TimeSpan.Zero));
        accounts.HandleDue(TimeSpan.Zero);

        Assert.Equal((1, null), (retries, accounts.NextWait(TimeSpan.Zero)));
        Assert.False(accounts.TryFind(Process, out _, out var error));
        Assert.Equal(Errno.None, error.Errno);
        // The lookup continues, so the failure remains.
        accounts.ForgetFailure(Process);
        Assert.True(accounts.Prepare(Process, () => retries++));
        Accounts.Handle(AwaitAnswer(mailbox));
        Assert.True(accounts.TryFind(Process, out _, out _));
        Assert.Equal(1, retries);
    }

    private static ProcessMessage.AccountFound AwaitAnswer(Mailbox mailbox)
    {
        using var epoll = new Epoll();
        epoll.Add(mailbox.Wake, EpollEvents.Readable, 1);
        Assert.False(epoll.Wait(Deadline.Patience).IsEmpty);
        Assert.True(mailbox.TryTake(out var message));
        return Assert.IsType<ProcessMessage.AccountFound>(message);
    }
}
