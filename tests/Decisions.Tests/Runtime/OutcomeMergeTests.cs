using Reuseportd.Model;
using Reuseportd.Runtime.Output;

namespace Decisions.Tests.Runtime;

/// <summary>Outcomes of a process that both the library and the kernel report.</summary>
public sealed class OutcomeMergeTests
{
    private const int Pid = 7;

    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Due = Now + OutcomeMerge.Patience;

    private readonly OutcomeMerge _merge = new();

    [Fact]
    public void TakeKernel_ProcessWithoutLibrary_IsToldAtOnce()
    {
        Assert.True(_merge.TakeKernel(Outcome(inode: 1), Now));
        Assert.Null(_merge.TakeDue(Due));
    }

    [Fact]
    public void TakeKernel_LineFollows_IsToldByTheLine()
    {
        Load();
        Assert.False(_merge.TakeKernel(Outcome(inode: 1), Now));
        Assert.True(_merge.TakeLine(Outcome(inode: 1)));
        Assert.Null(_merge.TakeDue(Due));
    }

    /// <summary>Each line stands for one outcome: a second bind of the socket has a line of its own.</summary>
    [Fact]
    public void TakeKernel_LineCameFirst_IsNotTold()
    {
        Load();
        Assert.True(_merge.TakeLine(Outcome(inode: 1)));
        Assert.False(_merge.TakeKernel(Outcome(inode: 1), Now));
        Assert.Null(_merge.TakeDue(Due));

        var other = Outcome(inode: 1);
        Assert.False(_merge.TakeKernel(other, Now));
        Assert.Same(other, _merge.TakeDue(Due));
    }

    /// <summary>A bind by io_uring or by syscall(2) has no line.</summary>
    [Fact]
    public void TakeKernel_NoLineFollows_IsToldWhenDue()
    {
        Load();
        var outcome = Outcome(inode: 1);
        Assert.False(_merge.TakeKernel(outcome, Now));
        Assert.Equal(OutcomeMerge.Patience, _merge.NextWait(Now));
        Assert.Null(_merge.TakeDue(Due - TimeSpan.FromTicks(1)));
        Assert.Same(outcome, _merge.TakeDue(Due));
        Assert.Null(_merge.TakeDue(Due));
        Assert.Null(_merge.NextWait(Due));
    }

    [Fact]
    public void TakeLine_AfterItsOutcomeWasTold_IsNotToldAgain()
    {
        Load();
        _merge.TakeKernel(Outcome(inode: 1), Now);
        _merge.TakeDue(Due);
        Assert.False(_merge.TakeLine(Outcome(inode: 1)));
        Assert.True(_merge.TakeLine(Outcome(inode: 2)));
    }

    [Theory]
    [InlineData("Listen", "ok", 1, 80)]
    [InlineData("Bind", "EADDRINUSE", 1, 80)]
    [InlineData("Bind", "ok", 2, 80)]
    [InlineData("Bind", "ok", 0, 81)]
    public void TakeLine_OtherCall_LeavesTheOutcome(string kind, string result, ulong inode, int port)
    {
        Load();
        var outcome = Outcome(inode: 1);
        _merge.TakeKernel(outcome, Now);
        Assert.True(_merge.TakeLine(Outcome(inode, Enum.Parse<OutcomeKind>(kind), result, port)));
        Assert.Same(outcome, _merge.TakeDue(Due));
    }

    [Fact]
    public void TakeLine_InodeUnknown_MatchesByPidAndPort()
    {
        Load();
        _merge.TakeKernel(Outcome(inode: 0), Now);
        Assert.True(_merge.TakeLine(Outcome(inode: 1)));
        Assert.Null(_merge.TakeDue(Due));
    }

    [Fact]
    public void TakeKernel_OutcomesWereLost_IsToldAtOnce()
    {
        Load();
        Assert.True(_merge.TakeKernel(new BindOutcome(OutcomeKind.Lost, Pid, null, "", ""), Now));
    }

    private void Load() => Assert.True(_merge.TakeLine(new BindOutcome(OutcomeKind.Loaded, Pid, null, "ok", "1.0.0")));

    private static BindOutcome Outcome(
        ulong inode, OutcomeKind kind = OutcomeKind.Bind, string result = "ok", int port = 80) =>
        new(
            kind, Pid,
            new SocketOutcome(
                3, inode, "inet", "stream", "0.0.0.0", port, true, OptionSetting.Set, OptionSetting.System, null, null),
            result, "");
}
