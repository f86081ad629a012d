using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>Workers that are ready only after the readiness condition has held for the settle time.</summary>
public sealed class SlotMachineSettleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("notify")]
    [InlineData("delay")]
    public void Step_SettleTime_IsReadyAtItsEndAndNotBefore(string readiness)
    {
        var life = Serving(readiness);
        Assert.Equal(("starting", life.Now + Make.Settle), (life.Slot.State.Word, life.Slot.State.Deadline));

        Assert.Equal("ready", life.AdvanceToDeadline().Slot.State.Word);
    }

    [Fact]
    public void Step_SocketsAreStillThere_IsReady()
    {
        var life = Serving("bind");
        Assert.Equal("check 1", Make.Text(life.AdvanceToDeadline().Actions));
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Equal("ready", life.Apply("checked").Slot.State.Word);
    }

    [Fact]
    public void Step_SocketsAreUnknown_IsReady() =>
        Assert.Equal("ready", Serving("bind").AdvanceToDeadline().Apply(new SlotEvent.Checked(1, null)).Slot.State.Word);

    [Fact]
    public void Step_SocketCloses_SettlesAgain()
    {
        var life = Serving("bind").AdvanceToDeadline().Apply("missing");
        Assert.Equal(("starting", Limit), (life.Slot.State.Word, life.Slot.State.Deadline));

        life.Advance(5).Apply("serves");

        Assert.Equal(life.Now + Make.Settle, life.Slot.State.Deadline);
        Assert.Equal("ready", life.AdvanceToDeadline().Apply("checked").Slot.State.Word);
    }

    [Fact]
    public void Step_EachProbeSucceeds_IsReadyAtTheEnd()
    {
        var life = Serving("probed");
        Assert.Equal("starting", life.Advance(9.9).Apply("reported-ready").Slot.State.Word);
        Assert.Equal("ready", life.Advance(0.1).Apply("reported-ready").Slot.State.Word);
    }

    [Fact]
    public void Step_ProbeFailsWhileSettling_SettlesAgain()
    {
        var life = Serving("probed").Advance(9).Apply("probe-failed").Advance(2).Apply("reported-ready");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Equal("starting", life.Advance(9).Apply("reported-ready").Slot.State.Word);
        Assert.Equal("ready", life.Advance(1).Apply("reported-ready").Slot.State.Word);
    }

    [Fact]
    public void Step_NoProbeAtTheEndOfSettling_IsNotReady() =>
        Assert.Equal("starting", Serving("probed").Advance(15).Apply("policy").Slot.State.Word);

    [Theory]
    [InlineData("bind")]
    [InlineData("notify")]
    [InlineData("delay")]
    [InlineData("probed")]
    public void Step_ExitWhileSettling_WasNeverReady(string readiness) =>
        Assert.Equal("backoff", Serving(readiness).Advance(9).Apply("exited").Slot.State.Word);

    [Theory]
    [InlineData("bind")]
    [InlineData("notify")]
    [InlineData("probed")]
    public void Step_TimeoutWhileSettling_IsAReadinessTimeout(string readiness)
    {
        var life = Serving(readiness, servesAt: 25);
        Assert.Equal(Limit, life.Slot.State.Deadline);
        var stopping = Assert.IsType<SlotState.Stopping>(life.AdvanceToDeadline().Slot.State);
        Assert.Equal(
            new SlotFailure.NotReady(new MissingReadiness.SettleTime(TimeSpan.FromSeconds(10))),
            Assert.IsType<AfterStop.Retry>(stopping.Then).Failure);
    }

    [Fact]
    public void Step_TreeOfAnEarlierProcessLives_IsHeldAfterSettling()
    {
        var life = new Life(Policy("notify"), leavesNothing: false).Apply("start").Apply("spawned").Apply("exited");
        life.AdvanceToDeadline().Apply("spawned").Apply("reported-ready").AdvanceToDeadline();
        Assert.True(Assert.IsType<SlotState.Starting>(life.Slot.State).IsHeld);

        Assert.Equal("ready", life.Apply("tree-ended").Slot.State.Word);
    }

    [Fact]
    public void Step_SettleTimeChangedWhileSettling_CountsFromTheFirstService()
    {
        var life = Serving("notify").Advance(3);
        life.Policy = Make.Policy(readiness: new ReadinessSpec.Notify(Limit) { Settle = TimeSpan.FromSeconds(2) });
        Assert.Equal("ready", life.Apply("policy").Slot.State.Word);
    }

    private static Life Serving(string readiness, double servesAt = 0)
    {
        var life = new Life(Policy(readiness)).Apply("start").Apply("spawned").Advance(servesAt);
        return readiness switch
        {
            "delay" => life.AdvanceToDeadline(),
            "bind" => life.Apply("serves"),
            _ => life.Apply("reported-ready"),
        };
    }

    private static SlotPolicy Policy(string readiness)
    {
        ReadinessSpec spec = readiness switch
        {
            "bind" => new ReadinessSpec.Bind(Limit),
            "notify" => new ReadinessSpec.Notify(Limit),
            "delay" => new ReadinessSpec.Delay(TimeSpan.FromSeconds(3), Limit),
            "probed" => new ReadinessSpec.Probed(new ProbeSpec.Tcp(null), ReadinessSpec.DefaultPeriod, Limit),
            _ => throw new ArgumentOutOfRangeException(nameof(readiness)),
        };
        return Make.Policy(readiness: spec with { Settle = Make.Settle });
    }
}
