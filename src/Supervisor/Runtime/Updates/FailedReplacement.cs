using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>A process that came to nothing, and how it left its slot. Its last words may be read after that.</summary>
/// <param name="State">Of the slot then, with the reason.</param>
/// <param name="Process">Null where none could be made.</param>
/// <param name="WayOut">What helps where it cannot serve beside the one that it was to replace.</param>
internal sealed record FailedReplacement(SlotState State, SlotPolicy Policy, WorkerProcess? Process, string WayOut)
{
    public string? Detail => WorkerDetail.Of(State, Policy, Process);

    /// <param name="slot">In which it fell.</param>
    public static FailedReplacement In(WorkerSlot slot, string wayOut) => new(
        // Asked to end as it was late: that is why.
        slot.Slot.State is SlotState.Stopping { Then: AfterStop.Retry retry } ? new SlotState.Failed(retry.Reason) : slot.Slot.State,
        slot.Policy,
        slot.Last is { } last && last.Generation == slot.Slot.Generation ? last : null,
        wayOut);
}
