using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// The number of slots in each state, updated with each step. Only the loop's thread uses it. All calls are O(1).
/// </summary>
/// <param name="queue">Gets the number of a service's starts in progress.</param>
internal sealed class SlotCounts(StartQueue<QueuedStart> queue)
{
    private readonly int[] _states = new int[Enum.GetValues<WorkerState>().Length];
    private int _workers;
    private int _unsettled;

    public FleetCounts Fleet => new(
        _workers, Count(WorkerState.Ready), Count(WorkerState.Starting), Count(WorkerState.Stopping), Count(WorkerState.Backoff),
        Count(WorkerState.Failed), _unsettled)
    {
        Waiting = Count(WorkerState.Waiting),
    };

    public void Enter(WorkerSlot slot)
    {
        if (!slot.IsReplacement) _workers++;
        Add(slot, slot.Slot.State, 1);
    }

    public void Leave(WorkerSlot slot)
    {
        if (!slot.IsReplacement) _workers--;
        Add(slot, slot.Slot.State, -1);
    }

    public void Move(WorkerSlot slot, SlotState before, SlotState after)
    {
        Add(slot, before, -1);
        Add(slot, after, 1);
    }

    /// <param name="by">1 or -1.</param>
    public void Add(WorkerSlot slot, SlotState state, int by)
    {
        if (!slot.IsReplacement)
        {
            _states[(int)state.Kind] += by;
            if (state is SlotState.Ready) slot.Service.Ready += by;
            if (state is SlotState.Waiting) slot.Service.Waiting += by;
        }

        if (state is not SlotState.Starting { Phase: not StartPhase.Queued }) return;
        if (by > 0) queue.Began(slot.Service.Starts);
        else queue.Ended(slot.Service.Starts);
    }

    /// <summary>Marks a slot that has a new target state as unsettled.</summary>
    public void MarkUnsettled(WorkerSlot slot)
    {
        if (slot.Unsettled) return;
        slot.Unsettled = true;
        slot.Service.Unsettled++;
        _unsettled++;
    }

    /// <summary>Marks a slot as settled: it has reached its target state or has failed to.</summary>
    /// <returns>True if the slot was unsettled until now.</returns>
    public bool Settle(WorkerSlot slot)
    {
        if (!slot.Unsettled || slot.Updating) return false;
        slot.Unsettled = false;
        slot.Service.Unsettled--;
        _unsettled--;
        return true;
    }

    private int Count(WorkerState state) => _states[(int)state];
}
