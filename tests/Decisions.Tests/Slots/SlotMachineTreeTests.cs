using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>A process is not ready while children of an earlier process of the slot are alive.</summary>
public sealed class SlotMachineTreeTests
{
    private static readonly ReadinessSpec AfterASecond =
        new ReadinessSpec.Delay(TimeSpan.FromSeconds(1), ReadinessSpec.DefaultTimeout);

    [Fact]
    public void Step_ServesWhileTheFormerTreeLives_IsReadyAtTheEndOfThatTree()
    {
        var life = Replaced().Apply("serves");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Null(life.Slot.State.Deadline);

        life.Apply("tree-ended");
        Assert.Equal("ready", life.Slot.State.Word);
    }

    [Fact]
    public void Step_FormerTreeEndsFirst_IsReadyWhenTheProcessServes()
    {
        var life = Replaced().Apply("tree-ended");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Equal("ready", life.Apply("serves").Slot.State.Word);
    }

    [Fact]
    public void Step_ReadyByDelay_WaitsForTheFormerTree()
    {
        var life = Replaced(AfterASecond).AdvanceToDeadline();
        Assert.True(life.Slot.State is SlotState.Starting { IsHeld: true });
        Assert.Equal("ready", life.Apply("policy").Apply("tree-ended").Slot.State.Word);
    }

    [Fact]
    public void Step_TreesOfTwoProcesses_BothMustEnd()
    {
        var life = Replaced();
        life.Apply("exited").AdvanceToDeadline().Apply("spawned").Apply("serves").Apply("tree-ended");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Equal("ready", life.Apply("tree-ended").Slot.State.Word);
    }

    [Fact]
    public void Step_StoppedWhileHeld_IsStopping()
    {
        var life = Replaced().Apply("serves").Apply("stop");
        Assert.Equal("stopping", life.Slot.State.Word);
        Assert.Equal("stopping", life.Apply("tree-ended").Slot.State.Word);
    }

    /// <summary>The second process runs, and the tree of the first has not ended.</summary>
    private static Life Replaced(ReadinessSpec? readiness = null)
    {
        var life = new Life(Make.Policy(readiness: readiness), leavesNothing: false).Apply("start").Apply("spawned");
        life.Apply("exited").AdvanceToDeadline().Apply("spawned");
        Assert.Equal(1, life.Slot.TreesEnding);
        return life;
    }
}
