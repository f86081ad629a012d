using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// The number of slots in each state, in the fleet and in each service, updated with each step. Only the loop's thread uses it.
/// All calls are O(1).
/// </summary>
/// <param name="queue">Gets the number of a service's starts in progress.</param>
/// <param name="lines">The waiting starts of each service.</param>
internal sealed class SlotCounts(StartQueue<QueuedStart> queue, StartLines lines)
{
    private readonly int[] _states = new int[Enum.GetValues<WorkerState>().Length];
    private readonly Dictionary<Service, ServiceCount> _services = [];
    private int _workers;
    private int _unsettled;

    public FleetCounts Fleet => new(
        _workers, Count(WorkerState.Ready), Count(WorkerState.Starting), Count(WorkerState.Stopping), Count(WorkerState.Backoff),
        Count(WorkerState.Failed), _unsettled)
    {
        Waiting = Count(WorkerState.Waiting),
    };

    /// <summary>The number of ready workers of a service.</summary>
    public int ReadyOf(Service service) => Of(service).Ready;

    /// <summary>The number of workers of a service that wait for room.</summary>
    public int WaitingOf(Service service) => Of(service).Waiting;

    /// <summary>The number of workers of a service that wait before their next start.</summary>
    public int BackoffOf(Service service) => Of(service).Backoff;

    /// <summary>The number of unsettled workers of a service.</summary>
    public int UnsettledOf(Service service) => Of(service).Unsettled;

    public void Enter(WorkerSlot slot)
    {
        if (!slot.IsReplacement) _workers++;
        Change(slot.Service, new ServiceCount { Slots = 1 });
        Add(slot, slot.Slot.State, 1);
    }

    public void Leave(WorkerSlot slot)
    {
        if (!slot.IsReplacement) _workers--;
        Add(slot, slot.Slot.State, -1);
        Change(slot.Service, new ServiceCount { Slots = -1 });
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
            if (state is SlotState.Ready) Change(slot.Service, new ServiceCount { Ready = by });
            if (state is SlotState.Waiting) Change(slot.Service, new ServiceCount { Waiting = by });
            if (state is SlotState.Backoff) Change(slot.Service, new ServiceCount { Backoff = by });
        }

        if (state is not SlotState.Starting { Phase: not StartPhase.Queued }) return;
        if (by > 0) queue.Began(lines.Of(slot.Service));
        else queue.Ended(lines.Of(slot.Service));
    }

    /// <summary>Counts a slot that is unsettled from now on.</summary>
    /// <param name="by">1, or -1 if the slot has settled.</param>
    public void AddUnsettled(WorkerSlot slot, int by)
    {
        Change(slot.Service, new ServiceCount { Unsettled = by });
        _unsettled += by;
    }

    private int Count(WorkerState state) => _states[(int)state];

    private ServiceCount Of(Service service) => _services.GetValueOrDefault(service);

    private void Change(Service service, ServiceCount by)
    {
        var count = Of(service);
        var after = new ServiceCount
        {
            Slots = count.Slots + by.Slots, Ready = count.Ready + by.Ready, Waiting = count.Waiting + by.Waiting,
            Backoff = count.Backoff + by.Backoff, Unsettled = count.Unsettled + by.Unsettled,
        };
        // A slot may settle after it has left.
        if (after == default) _services.Remove(service);
        else _services[service] = after;
    }

    /// <summary>The counts of one service.</summary>
    private readonly record struct ServiceCount
    {
        /// <summary>Slots, including replacement slots.</summary>
        public int Slots { get; init; }

        public int Ready { get; init; }

        public int Waiting { get; init; }

        public int Backoff { get; init; }

        public int Unsettled { get; init; }
    }
}
