using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Services;

/// <content>Services of an earlier program of this process.</content>
internal sealed partial class ServiceTable
{
    /// <summary>Adds a service without slots.</summary>
    /// <param name="lastGiven">See <see cref="Service.LastGiven"/>.</param>
    /// <param name="former">The specification before the last change; null for none.</param>
    /// <param name="rolledBackFrom">The specification that an update rolled back from; null for none.</param>
    public Service Restore(
        ServiceSpec declared, ServiceOverrides overrides, IReadOnlyDictionary<int, int> lastGiven, ServiceSpec? former,
        ServiceSpec? rolledBackFrom)
    {
        var service = new Service(declared);
        service.Want(overrides);
        foreach (var (index, generation) in lastGiven) service.LastGiven[index] = generation;
        if (former is not null) _former[service] = former;
        if (rolledBackFrom is not null) _rolledBackFrom[service] = rolledBackFrom;
        _services.Add(declared.Name, service);
        return service;
    }

    /// <summary>Adds a slot in a settled state. A slot that waits for room asks for it again.</summary>
    public WorkerSlot Restore(Service service, int index, Slot state)
    {
        var slot = new WorkerSlot(new WorkerName(service.Spec.Name, index), service);
        var waits = state.State is SlotState.Waiting;
        slot.MoveTo(waits ? state with { State = new SlotState.Stopped() } : state);
        allSlots.Of(service).Add(slot);
        runner.Enter(slot);
        if (waits) Request(slot, new SlotEvent.StartRequested());
        return slot;
    }
}
