using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Shares;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>Translates slots to the conditions of a rolling update.</summary>
internal sealed class SlotConditions(ShareTable shares, ReplacementSlots replacements)
{
    public WorkerCondition OfWorker(WorkerSlot slot) => new(
        slot.Name.Index,
        OfProcess(slot),
        replacements.Of(slot) is { } replacement ? OfProcess(replacement) : null,
        IsWanted: !slot.Leaving && slot.Service.Wants(slot.Name.Index));

    private ProcessCondition OfProcess(WorkerSlot slot) => slot.Slot.State switch
    {
        SlotState.Stopped => ProcessCondition.Stopped,
        SlotState.Starting => ProcessCondition.Starting,
        SlotState.Ready when slot.Process is { } process && shares.IsPlaced(process) => ProcessCondition.Placed,
        SlotState.Ready => ProcessCondition.Ready,
        SlotState.Draining => ProcessCondition.Draining,
        SlotState.Stopping => ProcessCondition.Stopping,
        SlotState.Waiting or SlotState.Backoff or SlotState.Failed => ProcessCondition.Down,
        _ => throw new InvalidOperationException($"no such slot state: {slot.Slot.State}"),
    };
}
