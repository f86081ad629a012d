using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// How many slots are in which state, and how many are on their way. It is kept up to date with each step: nobody has to count.
/// Only the loop's thread uses it; all calls are O(1).
/// </summary>
/// <param name="queue">Is told how many starts of a service are between begin and ready.</param>
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

    /// <summary>The slot is on its way to a state.</summary>
    public void Expect(WorkerSlot slot)
    {
        if (slot.Unsettled) return;
        slot.Unsettled = true;
        slot.Service.Unsettled++;
        _unsettled++;
    }

    /// <summary>The slot is where it was to be, or has failed at it.</summary>
    /// <returns>Whether it was on its way until now.</returns>
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
