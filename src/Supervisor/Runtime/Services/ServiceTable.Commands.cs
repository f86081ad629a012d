using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Services;

/// <content>Commands of clients.</content>
internal sealed partial class ServiceTable
{
    /// <summary>Finds the workers with these names, sorted by service and number, each once.</summary>
    /// <param name="unknown">Names that match neither a worker nor a service.</param>
    public List<WorkerSlot> Find(IReadOnlyList<NamePattern> names, out ValueList<string> unknown)
    {
        List<string> unfit = [];
        var found = new HashSet<WorkerSlot>();
        foreach (var name in names)
        {
            var fits = false;
            foreach (var service in Matching(name))
            {
                fits |= name.IsOfServices;
                foreach (var slot in Matching(name, service))
                {
                    if (slot.Leaving || !name.FitsIndex(slot.Name.Index)) continue;
                    found.Add(slot);
                    fits = true;
                }
            }

            if (!fits) unfit.Add(name.Text);
        }

        unknown = new([.. unfit]);
        return [.. found.OrderBy(slot => slot.Name.Service, StringComparer.Ordinal).ThenBy(slot => slot.Name.Index)];
    }

    /// <summary>Looks names up directly, as a command may contain a thousand of them.</summary>
    private IEnumerable<Service> Matching(NamePattern name)
    {
        if (name.Service is not { } exact)
            return _services.Values.Where(service => !service.Leaving && name.FitsService(service.Spec.Name));
        return _services.TryGetValue(exact, out var found) && !found.Leaving ? [found] : [];
    }

    /// <summary>Slots that may match the name. A slot is usually at the position of its number.</summary>
    private List<WorkerSlot> Matching(NamePattern name, Service service) =>
        name.Index is { } index && index < allSlots.Of(service).Count && allSlots.Of(service)[index].Name.Index == index
            ? [allSlots.Of(service)[index]]
            : allSlots.Of(service);

    public void Start(IReadOnlyList<WorkerSlot> slots)
    {
        Want(slots, (overrides, workers, count) => overrides.Start(workers, count));
        foreach (var slot in slots)
        {
            notReplaced.Forget(slot);
            Request(slot, new SlotEvent.StartRequested());
        }

        WaitForDependencies(slots);
    }

    public void Stop(IReadOnlyList<WorkerSlot> slots)
    {
        Want(slots, (overrides, workers, count) => overrides.Stop(workers, count));
        // If no worker of the service remains, its replacements are stopped without draining, too.
        var names = slots.Select(slot => slot.Name).ToHashSet();
        replacements.End(slot => names.Contains(slot.Name) && StopEvent(slot.Service) is SlotEvent.StopRequested);
        foreach (var slot in slots)
        {
            notReplaced.Forget(slot);
            Request(slot, StopEvent(slot.Service));
        }
    }

    /// <summary>
    /// The event that stops a worker. If other workers remain, the worker drains first and they take over new connections.
    /// </summary>
    private SlotEvent StopEvent(Service service)
    {
        var othersRemain = !service.Leaving
            && allSlots.Of(service).Exists(slot => !slot.Leaving && service.Wants(slot.Name.Index));
        return othersRemain ? new SlotEvent.DrainRequested(new AfterStop.Stay()) : new SlotEvent.StopRequested();
    }

    /// <summary>
    /// Restarts all these workers as the service's <c>update</c> configures. Workers that do not run are started.
    /// </summary>
    public void Restart(IReadOnlyList<WorkerSlot> slots)
    {
        Want(slots, (overrides, workers, count) => overrides.Start(workers, count));
        if (_isHeld)
            foreach (var slot in slots) HoldBack(slot);
        else
            foreach (var group in slots.GroupBy(slot => slot.Service)) updates.Begin(group.Key, group, former: null);
        WaitForDependencies(slots);
    }

    /// <summary>Undoes the last change of each service, whether the change is complete, in progress or paused.</summary>
    /// <returns>Services without a change.</returns>
    public HashSet<Service> Rollback(IEnumerable<WorkerSlot> slots) => ServicesWhereNot(slots, service =>
    {
        if (updates.Of(service) is { Former: not null } update) Rollback(update);
        else if (_former.TryGetValue(service, out var former)) Revert(service, former);
        else return false;
        _rolledBackFrom.Remove(service);
        // A second rollback would return to the undone change.
        _former.Remove(service);
        notReplaced.Forget(allSlots.Of(service));
        return true;
    });

    private void Revert(Service service, ServiceSpec former)
    {
        Adopt(former, restart: true);
        if (updates.Of(service) is { } update) update.TakeBack();
    }

    /// <returns>Services without a rolling restart in progress.</returns>
    public HashSet<Service> Pause(IEnumerable<WorkerSlot> slots) => ServicesWhereNot(slots, updates.Pause);

    /// <returns>Services without a paused rolling restart.</returns>
    public HashSet<Service> Resume(IEnumerable<WorkerSlot> slots) => ServicesWhereNot(slots, updates.Resume);

    private static HashSet<Service> ServicesWhereNot(IEnumerable<WorkerSlot> slots, Func<Service, bool> act) =>
        [.. slots.Select(slot => slot.Service).Distinct().Where(service => !act(service))];

    public void Reset(IReadOnlyList<WorkerSlot> slots)
    {
        foreach (var slot in slots) runner.Apply(slot, new SlotEvent.ResetRequested());
    }

    /// <summary>Changes the number of workers of an existing service. Remaining workers are not touched.</summary>
    /// <returns>The present workers and those that are leaving.</returns>
    public IReadOnlyList<WorkerSlot> Scale(string name, int workers)
    {
        var service = _services[name];
        var before = allSlots.Of(service).Where(slot => !slot.Leaving).ToArray();
        notReplaced.Forget(before);
        service.Want(service.Overrides.Scale(workers));
        events.Add(new FleetEvent.ServiceChanged(service));
        Resize(service);
        dependencies.Await(service, _services);
        return [.. before.Union(allSlots.Of(service).Where(slot => !slot.Leaving)).OrderBy(slot => slot.Name.Index)];
    }

    private void Want(
        IReadOnlyList<WorkerSlot> slots, Func<ServiceOverrides, IEnumerable<int>, int, ServiceOverrides> change)
    {
        foreach (var group in slots.GroupBy(slot => slot.Service))
        {
            group.Key.Want(change(group.Key.Overrides, group.Select(slot => slot.Name.Index), group.Key.Spec.Workers));
            events.Add(new FleetEvent.ServiceChanged(group.Key));
        }
    }

    private void WaitForDependencies(IReadOnlyList<WorkerSlot> slots)
    {
        foreach (var service in slots.Select(slot => slot.Service).Distinct()) dependencies.Await(service, _services);
    }
}
