using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// The second slots of workers that are being replaced. The new process starts in the second slot. When the process is ready,
/// the two slots exchange their processes, and the old process drains. Only the loop's thread uses the class.
/// </summary>
internal sealed class ReplacementSlots(SlotRunner runner, FleetEvents events)
{
    private readonly HashSet<WorkerSlot> _all = [];

    /// <summary>The second slots of workers during their replacement.</summary>
    private readonly Dictionary<WorkerSlot, WorkerSlot> _ofWorkers = [];

    /// <summary>Slots that have changed, or have been dismissed, since the last sweep.</summary>
    private readonly HashSet<WorkerSlot> _moved = [];

    public bool IsEmpty => _all.Count == 0;

    public IEnumerable<WorkerSlot> All => _all;

    /// <summary>True if <see cref="Sweep"/> may have something to do.</summary>
    public bool IsDue => _moved.Count > 0;

    /// <summary>True if the service has replacement slots.</summary>
    public bool AreOf(Service service) => _all.Any(one => one.Service == service);

    /// <summary>The replacement slot of a worker; null if it has none.</summary>
    public WorkerSlot? Of(WorkerSlot slot) => _ofWorkers.GetValueOrDefault(slot);

    /// <summary>Forgets that a replacement slot belongs to a worker.</summary>
    public void Detach(WorkerSlot slot) => _ofWorkers.Remove(slot);

    /// <summary>Starts a new process of a worker in a replacement slot.</summary>
    public void Start(WorkerSlot slot)
    {
        var given = slot.LastGiven;
        slot.MoveTo(slot.Slot with { LastGiven = given + 1 });
        var replacement = new WorkerSlot(slot.Name, slot.Service) { IsReplacement = true };
        replacement.MoveTo(Slot.New with { Generation = given });
        _ofWorkers[slot] = replacement;
        _all.Add(replacement);
        runner.Enter(replacement);
        runner.Apply(replacement, new SlotEvent.StartRequested());
    }

    /// <summary>Adds the slot of a process that an earlier daemon has started. It has no worker, and is forgotten at its
    /// end.</summary>
    public void Restore(WorkerSlot replacement)
    {
        _all.Add(replacement);
        runner.Enter(replacement);
        replacement.Retire();
    }

    /// <summary>Exchanges the two processes: the new process takes the worker's place, and the old process drains.</summary>
    public void Exchange(WorkerSlot slot, WorkerSlot replacement)
    {
        runner.Exchange(slot, replacement);
        if (slot.IsKept && !replacement.IsKept) replacement.Keep(slot.Spec);
        slot.Renew();
        replacement.Retire();
        runner.Apply(replacement, new SlotEvent.DrainRequested(new AfterStop.Stay()));
    }

    /// <summary>Detaches the replacement slot from its worker. The slot is forgotten when its process has ended.</summary>
    public void Dismiss(WorkerSlot slot, WorkerSlot replacement)
    {
        Detach(slot);
        if (replacement is { Leaving: false, Slot.State: not SlotState.Stopped })
            runner.Apply(replacement, new SlotEvent.StopRequested());
        replacement.Retire();
        _moved.Add(replacement);
    }

    /// <summary>Stops the processes in replacement slots, without draining.</summary>
    public void End(Predicate<WorkerSlot> which)
    {
        foreach (var replacement in _all.Where(one => which(one)).ToArray())
            runner.Apply(replacement, new SlotEvent.StopRequested());
        Sweep();
    }

    /// <summary>Handles a replacement slot that has changed.</summary>
    public void Moved(WorkerSlot replacement) => _moved.Add(replacement);

    /// <summary>Forgets the slots that no longer have a process or a worker.</summary>
    public void Sweep()
    {
        if (_moved.Count == 0) return;
        WorkerSlot[] moved = [.. _moved];
        _moved.Clear();
        foreach (var replacement in moved)
        {
            if (replacement is not { Leaving: true, Slot.State.HasProcess: false } || !_all.Remove(replacement)) continue;
            runner.Leave(replacement);
            events.Add(new FleetEvent.ReplacementLeft(replacement.Service));
        }
    }
}
