using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>A new process that did not become ready. Its last lines of output may be read later.</summary>
/// <param name="State">The state of its slot when it failed, with the reason.</param>
/// <param name="Process">Null if the daemon could not start a process.</param>
/// <param name="Remedy">The remedy if the new process cannot run beside the old process.</param>
internal sealed record FailedReplacement(
    WorkerName Name, SlotState State, SlotPolicy Policy, WorkerProcess? Process, UpdateRemedy Remedy)
{
    /// <summary>The facts that are known at this moment.</summary>
    public WorkerSnapshot Facts => ProcessFacts.Of(Name, State, Policy, Process, pid: null);

    /// <param name="slot">The slot that the process was in.</param>
    public static FailedReplacement In(WorkerSlot slot, UpdateRemedy remedy) => new(
        slot.Name,
        // The daemon stops a process that is not ready in time. The reason is the timeout, not the stop.
        slot.Slot.State is SlotState.Stopping { Then: AfterStop.Retry retry }
            ? new SlotState.Failed(retry.Failure)
            : slot.Slot.State,
        slot.Policy,
        slot.Last is { } last && last.Generation == slot.Slot.Generation ? last : null,
        remedy);
}
