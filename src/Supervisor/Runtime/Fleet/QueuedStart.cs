using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>A start in the queue.</summary>
/// <param name="Descriptors">
/// File descriptors that the daemon needs for the process, counted when the start joined the queue.
/// </param>
internal readonly record struct QueuedStart(WorkerSlot Slot, int Generation, int Descriptors)
{
    /// <summary>False if the slot was stopped, or stopped and started again, while the start waited.</summary>
    public bool IsWanted =>
        Slot.Slot is { State: SlotState.Starting { Phase: StartPhase.Queued } } && Slot.Slot.Generation == Generation;
}
