using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Unsettled slots: slots that have not reached their target state and have not failed. A slot in an update settles when the
/// update of its worker ends. Only the loop's thread uses the table. All calls are O(1).
/// </summary>
internal sealed class SettleTable(SlotCounts counts, FleetEvents events)
{
    private readonly HashSet<WorkerSlot> _unsettled = [];
    private readonly HashSet<WorkerSlot> _updating = [];

    public bool IsUnsettled(WorkerSlot slot) => _unsettled.Contains(slot);

    /// <summary>True while the worker waits for its replacement.</summary>
    public bool IsUpdating(WorkerSlot slot) => _updating.Contains(slot);

    /// <summary>Marks a slot that has a new target state as unsettled.</summary>
    public void Expect(WorkerSlot slot)
    {
        if (_unsettled.Add(slot)) counts.AddUnsettled(slot, 1);
    }

    /// <summary>Keeps a slot unsettled until <see cref="EndUpdate"/>.</summary>
    public void BeginUpdate(WorkerSlot slot)
    {
        Expect(slot);
        _updating.Add(slot);
    }

    /// <summary>Ends the update of a worker that was replaced, or will not be.</summary>
    public void EndUpdate(WorkerSlot slot)
    {
        _updating.Remove(slot);
        Moved(slot);
    }

    /// <summary>Ends the update of a worker that is restarted next.</summary>
    public void ContinueWithRestart(WorkerSlot slot) => _updating.Remove(slot);

    /// <summary>Must be called after each step of a slot.</summary>
    public void Moved(WorkerSlot slot)
    {
        if (!slot.Slot.State.IsChanging) Settle(slot);
    }

    /// <summary>Settles a slot that has left the fleet.</summary>
    public void Leave(WorkerSlot slot) => Settle(slot);

    private void Settle(WorkerSlot slot)
    {
        if (_updating.Contains(slot) || !_unsettled.Remove(slot)) return;
        counts.AddUnsettled(slot, -1);
        if (counts.UnsettledOf(slot.Service) == 0) events.Add(new FleetEvent.ServiceSettled(slot.Service));
        events.Add(new FleetEvent.SlotSettled(slot));
    }
}
