using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// The second slots of workers that are being replaced. The new process starts in one; when it is ready, the two slots exchange
/// their processes, and the old one drains in it. Only the loop's thread uses it.
/// </summary>
internal sealed class ReplacementSlots(SlotRunner runner, FleetEvents events)
{
    private readonly HashSet<WorkerSlot> _all = [];

    /// <summary>The second slots of workers during their replacement.</summary>
    private readonly Dictionary<WorkerSlot, WorkerSlot> _ofWorkers = [];

    /// <summary>Those that have changed, or have been dismissed, since the last sweep.</summary>
    private readonly HashSet<WorkerSlot> _moved = [];

    public bool IsEmpty => _all.Count == 0;

    /// <summary>Whether <see cref="Sweep"/> may have something to do.</summary>
    public bool IsDue => _moved.Count > 0;

    /// <summary>Whether the service has replacement slots.</summary>
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

    /// <summary>The new process takes the worker's place, and the old one drains.</summary>
    public void Exchange(WorkerSlot slot, WorkerSlot replacement)
    {
        runner.Exchange(slot, replacement);
        if (slot.IsKept && !replacement.IsKept) replacement.Keep(slot.Spec);
        slot.Renew();
        replacement.Retire();
        runner.Apply(replacement, new SlotEvent.DrainRequested(new AfterStop.Stay()));
    }

    /// <summary>The worker no longer has the replacement slot, which is forgotten when its process has ended.</summary>
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

    /// <summary>A replacement slot has changed.</summary>
    public void Moved(WorkerSlot replacement) => _moved.Add(replacement);

    /// <summary>Forgets those that have no process and no worker any more.</summary>
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
