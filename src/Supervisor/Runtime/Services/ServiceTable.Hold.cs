using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Services;

/// <content>The drain of the host: no worker runs, and each one that would run starts when the host is taken back.</content>
internal sealed partial class ServiceTable
{
    private bool _isHeld;

    /// <summary>True between <see cref="Hold"/> and <see cref="Release"/>.</summary>
    public bool IsHeld => _isHeld;

    /// <summary>Workers that start when the host is taken back. Some may still have a process.</summary>
    public IReadOnlyList<WorkerSlot> HeldBack => [.. Present().Where(slot => slot.IsHeldBack)];

    /// <summary>True while a worker has a process, also one that is being replaced or removed.</summary>
    public bool HasProcess =>
        IsReplacing || _services.Values.Any(service => allSlots.Of(service).Exists(slot => slot.Slot.State.HasProcess));

    /// <summary>
    /// Drains all workers. No worker starts before <see cref="Release"/>. Workers that have failed or were stopped keep their
    /// state.
    /// </summary>
    public void Hold()
    {
        _isHeld = true;
        foreach (var service in _services.Values) service.Hold();
        foreach (var slot in Present().Where(slot => slot.Slot.State is not (SlotState.Stopped or SlotState.Failed)).ToArray())
        {
            if (slot.Service.Overrides.Wants(slot.Name.Index)) HoldBack(slot);
            Request(slot, new SlotEvent.DrainRequested(new AfterStop.Stay()));
        }
    }

    /// <summary>Starts the workers that the host was drained of.</summary>
    /// <returns>These workers.</returns>
    public IReadOnlyList<WorkerSlot> Release()
    {
        _isHeld = false;
        foreach (var service in _services.Values) service.Release();
        var released = HeldBack;
        foreach (var slot in released)
        {
            slot.TakeBack();
            events.Add(new FleetEvent.SlotChanged(slot));
            if (slot.Service.Wants(slot.Name.Index)) Request(slot, new SlotEvent.StartRequested());
        }

        WaitForDependencies(released);
        return released;
    }

    private IEnumerable<WorkerSlot> Present() =>
        _services.Values.Where(service => !service.Leaving).SelectMany(allSlots.Of).Where(slot => !slot.Leaving);

    private void HoldBack(WorkerSlot slot)
    {
        slot.HoldBack();
        events.Add(new FleetEvent.SlotChanged(slot));
    }

    private Service NewService(ServiceSpec spec)
    {
        var service = new Service(spec);
        if (_isHeld) service.Hold();
        return service;
    }

    /// <summary>
    /// Gives the workers of a service its changed specification: by a rolling restart, or at the end of the drain of the host.
    /// </summary>
    private void Replace(Service service, ServiceSpec former, IReadOnlyList<WorkerSlot> present)
    {
        _former[service] = former;
        if (!_isHeld)
        {
            updates.Begin(service, present.Where(slot => service.Wants(slot.Name.Index)), former);
            return;
        }

        updates.Forget(service);
        foreach (var slot in present)
        {
            notReplaced.Forget(slot);
            slot.Renew();
            if (service.Overrides.Wants(slot.Name.Index)) HoldBack(slot);
        }
    }
}
