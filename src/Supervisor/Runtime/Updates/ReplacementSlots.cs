using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// The second slots of workers that are being replaced: in one the new process starts; when it serves, the two slots exchange
/// their processes, and the old one drains in it. Only the loop's thread uses it.
/// </summary>
internal sealed class ReplacementSlots(SlotRunner runner, FleetEvents events)
{
    private readonly HashSet<WorkerSlot> _all = [];

    public bool IsEmpty => _all.Count == 0;

    /// <summary>Whether <see cref="Sweep"/> may have something to do.</summary>
    public bool IsDue { get; private set; }

    /// <summary>Whether there are processes of the service in no worker's own slot.</summary>
    public bool AreOf(Service service) => _all.Any(one => one.Service == service);

    public void Start(WorkerSlot slot)
    {
        var given = slot.LastGiven;
        slot.Slot = slot.Slot with { LastGiven = given + 1 };
        var replacement = new WorkerSlot(slot.Name, slot.Service)
        {
            IsReplacement = true,
            Slot = Slot.New with { Generation = given },
        };
        slot.Replacement = replacement;
        _all.Add(replacement);
        runner.Enter(replacement);
        runner.Happen(replacement, new SlotEvent.StartRequested());
    }

    /// <summary>The new process takes the worker's place, and the old one ends what it has.</summary>
    public void Exchange(WorkerSlot slot, WorkerSlot replacement)
    {
        runner.Exchange(slot);
        if (slot.IsKept && !replacement.IsKept) replacement.Keep(slot.Spec);
        slot.Renew();
        replacement.Leaving = true;
        runner.Happen(replacement, new SlotEvent.DrainRequested(new AfterStop.Stay()));
    }

    /// <summary>The replacement goes, on its own from here.</summary>
    public void Dismiss(WorkerSlot slot, WorkerSlot replacement)
    {
        slot.Replacement = null;
        if (replacement.Slot.State is not SlotState.Stopped && !replacement.Leaving) runner.Happen(replacement, new SlotEvent.StopRequested());
        replacement.Leaving = true;
        IsDue = true;
    }

    /// <summary>Ends processes that are no worker's own, or not yet, whatever they still have.</summary>
    public void End(Predicate<WorkerSlot> which)
    {
        foreach (var replacement in _all.Where(one => which(one)).ToArray()) runner.Happen(replacement, new SlotEvent.StopRequested());
        Sweep();
    }

    /// <summary>Something has happened to one.</summary>
    public void Moved() => IsDue = true;

    /// <summary>Forgets those that have gone.</summary>
    public void Sweep()
    {
        IsDue = false;
        foreach (var replacement in _all.Where(one => one is { Leaving: true, Slot.State.HasProcess: false }).ToArray())
        {
            _all.Remove(replacement);
            runner.Leave(replacement);
            events.Add(new FleetEvent.ReplacementLeft(replacement.Service));
        }
    }
}
