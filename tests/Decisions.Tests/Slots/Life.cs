using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>A slot, and a clock that the test advances: hours pass in milliseconds.</summary>
/// <param name="leavesNothing">True if processes end with their trees; else the test applies <c>tree-ended</c>.</param>
internal sealed class Life(SlotPolicy policy, Func<double>? jitter = null, bool leavesNothing = true)
{
    public SlotPolicy Policy { get; set; } = policy;

    public Slot Slot { get; private set; } = Slot.New;

    public TimeSpan Now { get; private set; }

    /// <summary>The actions of the last event.</summary>
    public ValueList<SlotAction> Actions { get; private set; }

    public Life Apply(string word) => Apply(Make.Event(word, Slot.Generation));

    public Life Apply(SlotEvent happened)
    {
        (Slot, Actions) = SlotMachine.Step(Slot, happened, Policy, Now, jitter?.Invoke() ?? 0.5);
        while (leavesNothing && Slot.TreesEnding > 0)
            (Slot, _) = SlotMachine.Step(Slot, new SlotEvent.TreeEnded(), Policy, Now, jitter: 0.5);
        return this;
    }

    public Life Advance(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public Life AdvanceToDeadline()
    {
        Now = Slot.State.Deadline ?? throw new InvalidOperationException($"{Slot.State} has no deadline");
        return Apply("deadline");
    }
}
