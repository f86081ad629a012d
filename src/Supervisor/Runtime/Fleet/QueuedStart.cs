using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>A start that waits for its turn.</summary>
/// <param name="Descriptors">File descriptors that the daemon needs for the process, as of the moment when the start was asked for.</param>
internal readonly record struct QueuedStart(WorkerSlot Slot, int Generation, int Descriptors)
{
    /// <summary>False if the slot was stopped, or stopped and started again, while the start waited.</summary>
    public bool IsWanted => Slot.Slot is { State: SlotState.Starting { Phase: StartPhase.Queued } } && Slot.Slot.Generation == Generation;
}
