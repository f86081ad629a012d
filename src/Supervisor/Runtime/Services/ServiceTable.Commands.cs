using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Services;

/// <content>What people ask of workers.</content>
internal sealed partial class ServiceTable
{
    /// <summary>The workers that these names stand for, by service and number; each once.</summary>
    /// <param name="unknown">Names that stand for neither worker nor service.</param>
    public List<WorkerSlot> Find(IReadOnlyList<NamePattern> names, out ValueList<string> unknown)
    {
        List<string> unfit = [];
        var found = new HashSet<WorkerSlot>();
        foreach (var name in names)
        {
            var fits = false;
            foreach (var service in Called(name))
            {
                fits |= name.IsOfServices;
                foreach (var slot in Called(name, service))
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

    /// <summary>A thousand names of workers are found by what they say, not by a thousand walks over all.</summary>
    private IEnumerable<Service> Called(NamePattern name)
    {
        if (name.Service is not { } exact)
            return _services.Values.Where(service => !service.Leaving && name.FitsService(service.Spec.Name));
        return _services.TryGetValue(exact, out var one) && !one.Leaving ? [one] : [];
    }

    /// <summary>Slots among which those are that it stands for: as a rule each lies where its number says.</summary>
    private static List<WorkerSlot> Called(NamePattern name, Service service) =>
        name.Index is { } index && index < service.Slots.Count && service.Slots[index].Name.Index == index
            ? [service.Slots[index]]
            : service.Slots;

    public void Start(IReadOnlyList<WorkerSlot> slots)
    {
        Want(slots, (overrides, workers, count) => overrides.Start(workers, count));
        foreach (var slot in slots)
        {
            slot.UpdateFailure = null;
            Ask(slot, new SlotEvent.StartRequested());
        }

        Order(slots);
    }

    public void Stop(IReadOnlyList<WorkerSlot> slots)
    {
        Want(slots, (overrides, workers, count) => overrides.Stop(workers, count));
        // Where none of the service stays, what is left of an update goes at once, too.
        var names = slots.Select(slot => slot.Name).ToHashSet();
        replacements.End(one => names.Contains(one.Name) && Goodbye(one.Service) is SlotEvent.StopRequested);
        foreach (var slot in slots)
        {
            slot.UpdateFailure = null;
            Ask(slot, Goodbye(slot.Service));
        }
    }

    /// <summary>Starts all of them anew, as the service's <c>update</c> says; those that do not run are started.</summary>
    public void Restart(IReadOnlyList<WorkerSlot> slots)
    {
        Want(slots, (overrides, workers, count) => overrides.Start(workers, count));
        foreach (var group in slots.GroupBy(slot => slot.Service)) updates.Begin(group.Key, group, former: null);
        Order(slots);
    }

    /// <summary>What was changed last becomes what it was, be the change done, on its way or stopped half way.</summary>
    /// <returns>Services that have not been changed.</returns>
    public HashSet<Service> Rollback(IEnumerable<WorkerSlot> slots) => Without(slots, service =>
    {
        if (updates.Of(service) is { Former: not null } update) Rollback(update);
        else if (service.Former is { } former) TakeBack(service, former);
        else return false;
        service.RolledBackFrom = null;
        // Once: a second time would go forward again.
        service.Former = null;
        foreach (var slot in service.Slots) slot.UpdateFailure = null;
        return true;
    });

    private void TakeBack(Service service, ServiceSpec former)
    {
        Adopt(former, restart: true);
        if (updates.Of(service) is { } update) update.IsTakenBack = true;
    }

    /// <returns>Services that no planned restart is under way of.</returns>
    public HashSet<Service> Pause(IEnumerable<WorkerSlot> slots) => Without(slots, updates.Pause);

    /// <returns>Services of which nothing is paused.</returns>
    public HashSet<Service> Resume(IEnumerable<WorkerSlot> slots) => Without(slots, updates.Resume);

    private static HashSet<Service> Without(IEnumerable<WorkerSlot> slots, Func<Service, bool> act) =>
        [.. slots.Select(slot => slot.Service).Distinct().Where(service => !act(service))];

    public void Reset(IReadOnlyList<WorkerSlot> slots)
    {
        foreach (var slot in slots) runner.Happen(slot, new SlotEvent.ResetRequested());
    }

    /// <summary>Gives a service, which has to be there, another number of workers; those that stay are not touched.</summary>
    /// <returns>Those that it has now, and those that it loses.</returns>
    public IReadOnlyList<WorkerSlot> Scale(string name, int workers)
    {
        var service = _services[name];
        var before = service.Slots.Where(slot => !slot.Leaving).ToArray();
        foreach (var slot in before) slot.UpdateFailure = null;
        service.Want(service.Overrides.Scale(workers));
        Resize(service);
        Order(service);
        return [.. before.Union(service.Slots.Where(slot => !slot.Leaving)).OrderBy(slot => slot.Name.Index)];
    }

    private static void Want(IReadOnlyList<WorkerSlot> slots, Func<ServiceOverrides, IEnumerable<int>, int, ServiceOverrides> change)
    {
        foreach (var group in slots.GroupBy(slot => slot.Service))
            group.Key.Want(change(group.Key.Overrides, group.Select(slot => slot.Name.Index), group.Key.Spec.Workers));
    }

    private void Order(IReadOnlyList<WorkerSlot> slots)
    {
        foreach (var service in slots.Select(slot => slot.Service).Distinct()) Order(service);
    }
}
