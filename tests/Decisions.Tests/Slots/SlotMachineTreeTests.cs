using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>A process is not ready while children of an earlier process of the slot are alive.</summary>
public sealed class SlotMachineTreeTests
{
    private static readonly ReadinessSpec AfterASecond =
        new ReadinessSpec.Delay(TimeSpan.FromSeconds(1), ReadinessSpec.DefaultTimeout);

    [Fact]
    public void Step_ServesWhileTheTreeBeforeItLives_IsReadyWhenThatHasEnded()
    {
        var life = Replaced().Happen("serves");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Null(life.Slot.State.Deadline);

        life.Happen("tree-ended");
        Assert.Equal("ready", life.Slot.State.Word);
    }

    [Fact]
    public void Step_TreeEndsBeforeItServes_IsReadyWhenItServes()
    {
        var life = Replaced().Happen("tree-ended");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Equal("ready", life.Happen("serves").Slot.State.Word);
    }

    [Fact]
    public void Step_ReadyByDelay_WaitsForTheTreeToo()
    {
        var life = Replaced(AfterASecond).AdvanceToDeadline();
        Assert.True(life.Slot.State is SlotState.Starting { IsHeld: true });
        Assert.Equal("ready", life.Happen("policy").Happen("tree-ended").Slot.State.Word);
    }

    [Fact]
    public void Step_TreesOfTwoProcesses_BothMustEnd()
    {
        var life = Replaced();
        life.Happen("exited").AdvanceToDeadline().Happen("spawned").Happen("serves").Happen("tree-ended");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Equal("ready", life.Happen("tree-ended").Slot.State.Word);
    }

    [Fact]
    public void Step_StoppedWhileHeld_IsStoppedAsEver()
    {
        var life = Replaced().Happen("serves").Happen("stop");
        Assert.Equal("stopping", life.Slot.State.Word);
        Assert.Equal("stopping", life.Happen("tree-ended").Slot.State.Word);
    }

    /// <summary>The second process runs, and something of the first lives.</summary>
    private static Life Replaced(ReadinessSpec? readiness = null)
    {
        var life = new Life(Make.Policy(readiness: readiness), leavesNothing: false).Happen("start").Happen("spawned");
        life.Happen("exited").AdvanceToDeadline().Happen("spawned");
        Assert.Equal(1, life.Slot.TreesEnding);
        return life;
    }
}
