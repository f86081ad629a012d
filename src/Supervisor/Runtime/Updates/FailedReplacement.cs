using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>A replacement that failed. The daemon may read its last output later.</summary>
/// <param name="State">The state that the process left its slot in.</param>
/// <param name="Process">Null where the daemon could not start one.</param>
/// <param name="Remedy">What helps if the process cannot run beside the one that it was to replace.</param>
internal sealed record FailedReplacement(WorkerName Name, SlotState State, SlotPolicy Policy, WorkerProcess? Process, UpdateRemedy Remedy)
{
    /// <summary>The facts that are known by now.</summary>
    public WorkerSnapshot Facts => ProcessFacts.Of(Name, State, Policy, Process, pid: null);

    /// <param name="slot">The slot of the failed process.</param>
    public static FailedReplacement In(WorkerSlot slot, UpdateRemedy remedy) => new(
        slot.Name,
        // The daemon stops a process that is late: that is why it failed.
        slot.Slot.State is SlotState.Stopping { Then: AfterStop.Retry retry } ? new SlotState.Failed(retry.Reason) : slot.Slot.State,
        slot.Policy,
        slot.Last is { } last && last.Generation == slot.Slot.Generation ? last : null,
        remedy);
}
