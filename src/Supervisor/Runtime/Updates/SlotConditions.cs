using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>Slots as a rolling update sees them.</summary>
internal static class SlotConditions
{
    public static WorkerCondition OfWorker(WorkerSlot slot) => new(
        slot.Name.Index,
        OfProcess(slot),
        slot.Replacement is { } replacement ? OfProcess(replacement) : null,
        IsWanted: !slot.Leaving && slot.Service.Overrides.Wants(slot.Name.Index));

    /// <summary>Whether the worker becomes ready, or not ready, without a further request.</summary>
    public static bool IsChanging(WorkerSlot slot) =>
        slot.Slot.State is SlotState.Starting or SlotState.Stopping or SlotState.Draining;

    private static ProcessCondition OfProcess(WorkerSlot slot) => slot.Slot.State switch
    {
        SlotState.Stopped => ProcessCondition.Stopped,
        SlotState.Starting => ProcessCondition.Starting,
        SlotState.Ready => slot.Process is { IsPlaced: true } ? ProcessCondition.Placed : ProcessCondition.Ready,
        SlotState.Draining => ProcessCondition.Draining,
        SlotState.Stopping => ProcessCondition.Stopping,
        SlotState.Waiting or SlotState.Backoff or SlotState.Failed => ProcessCondition.Down,
        _ => throw new InvalidOperationException($"no such slot state: {slot.Slot.State}"),
    };
}
