using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>A new process that did not get ready. Its last lines of output may be read later.</summary>
/// <param name="State">The state of its slot when it failed, with the reason.</param>
/// <param name="Process">Null where no process could be started.</param>
/// <param name="Remedy">What helps where it cannot run beside the process that it was to replace.</param>
internal sealed record FailedReplacement(
    WorkerName Name, SlotState State, SlotPolicy Policy, WorkerProcess? Process, UpdateRemedy Remedy)
{
    /// <summary>The facts that are known by now.</summary>
    public WorkerSnapshot Facts => ProcessFacts.Of(Name, State, Policy, Process, pid: null);

    /// <param name="slot">The slot that the process was in.</param>
    public static FailedReplacement In(WorkerSlot slot, UpdateRemedy remedy) => new(
        slot.Name,
        // A process that is late is asked to stop: the reason is that it was late.
        slot.Slot.State is SlotState.Stopping { Then: AfterStop.Retry retry }
            ? new SlotState.Failed(retry.Reason)
            : slot.Slot.State,
        slot.Policy,
        slot.Last is { } last && last.Generation == slot.Slot.Generation ? last : null,
        remedy);
}
