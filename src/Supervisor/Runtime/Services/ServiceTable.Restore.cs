using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Services;

/// <content>Services of an earlier daemon.</content>
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
        var service = NewService(declared);
        service.Want(overrides);
        foreach (var (index, generation) in lastGiven) service.LastGiven[index] = generation;
        if (former is not null) _former[service] = former;
        if (rolledBackFrom is not null) _rolledBackFrom[service] = rolledBackFrom;
        _services.Add(declared.Name, service);
        events.Add(new FleetEvent.ServiceChanged(service));
        return service;
    }

    /// <summary>Makes all services that are restored, or added later, be held.</summary>
    public void RestoreHold() => _isHeld = true;

    /// <summary>Adds a slot whose state and specification are set.</summary>
    public void Restore(WorkerSlot slot)
    {
        if (slot.IsReplacement)
        {
            replacements.Restore(slot);
            return;
        }

        allSlots.Of(slot.Service).Add(slot);
        runner.Enter(slot);
        if (slot.Slot.State.IsChanging) settles.Expect(slot);
    }

    /// <summary>Holds the starts of restored services until the services that they depend on are there.</summary>
    public void AwaitDependencies()
    {
        foreach (var service in _services.Values.Where(service => !service.Leaving)) dependencies.Await(service, _services);
    }

    /// <summary>Starts the process of a restored slot.</summary>
    public void Start(WorkerSlot slot) => Request(slot, new SlotEvent.StartRequested());

    /// <summary>Lets a restored service end with its last worker.</summary>
    public void Leave(Service service)
    {
        service.Retire();
        Forget(service);
    }

    /// <summary>Goes on with a rolling restart.</summary>
    /// <param name="workers">Workers that it has not replaced.</param>
    public void Resume(Service service, IEnumerable<WorkerSlot> workers, UpdateRest rest) =>
        updates.Restore(service, workers, rest);
}
