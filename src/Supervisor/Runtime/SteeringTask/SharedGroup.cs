using Reuseportd.Linux.ReusePort;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// A group of port sharding: who is steered to in it, and which of its workers are stuck. The kernel knows one group for each
/// endpoint, whichever services share it.
/// </summary>
/// <param name="service">Whose rules hold: that of the first worker, while any of it is in the group.</param>
internal sealed class SharedGroup(GroupKey key, IGroupSteering steering, string service, Balance balance, StallSpec stall) : IDisposable
{
    private readonly Dictionary<WorkerName, int> _slots = [];

    public GroupKey Key { get; } = key;

    public IGroupSteering Steering { get; } = steering;

    public string Service { get; set; } = service;

    public Balance Balance { get; } = balance;

    /// <summary>The process that has the share of each worker, by <see cref="SlotOf"/>.</summary>
    public Dictionary<int, PlacedProcess> Current { get; } = [];

    /// <summary>Workers that are stuck, and when each is next looked at.</summary>
    public Dictionary<int, StuckWorker> Stuck { get; } = [];

    public StallJudge Judge { get; } = new(stall.After);

    public StallSpec Stall { get; } = stall;

    /// <summary>Whether queues of it have to be looked at.</summary>
    public bool IsWatched => Balance == Balance.LeastQueue || (Key.IsStream && Stall.Action != StallAction.None && Current.Count > 1);

    /// <summary>Of the daemon's own connection that is on its way to <see cref="VisitedSlot"/>; 0 for none.</summary>
    public int VisitorPort { get; set; }

    public int VisitedSlot { get; set; }

    /// <summary>The last failure that was said: each is said once.</summary>
    public Errno Said { get; set; } = Errno.None;

    /// <summary>A number for each worker that was ever in it, first come first served.</summary>
    public int SlotOf(WorkerName worker)
    {
        if (!_slots.TryGetValue(worker, out var slot)) _slots.Add(worker, slot = _slots.Count);
        return slot;
    }

    public int SlotOf(PlacedProcess process) => SlotOf(process.Placement.Worker);

    public bool IsCurrent(PlacedProcess process) => Current.GetValueOrDefault(SlotOf(process)) == process;

    public void Dispose() => Steering.Dispose();
}
