using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Services;

/// <summary>
/// The services that are supervised: makes them be what the configuration says. Only the loop's thread uses it.
/// </summary>
internal sealed partial class ServiceTable(
    SlotRunner runner, Starter starter, UpdateRunner updates, ReplacementSlots replacements, FleetEvents events, ILogger log)
{
    private readonly Dictionary<string, Service> _services = [];

    /// <summary>Those that wait for services that they depend on.</summary>
    private readonly HashSet<Service> _held = [];

    /// <summary>Whether <see cref="Update"/> has something to do.</summary>
    public bool IsUpdateDue => updates.IsDue;

    public bool IsEmpty => _services.Count == 0 && replacements.IsEmpty;

    public IEnumerable<Service> Services => _services.Values;

    /// <summary>Whether a planned restart of it has stopped half way, and waits for somebody to say how it goes on.</summary>
    public bool IsPaused(Service service) => updates.Of(service) is { IsPaused: true };

    /// <summary>The planned restart of it that is on its way or has stopped half way; null where there is none.</summary>
    public Update? UpdateOf(Service service) => updates.Of(service);

    /// <summary>Begins the way to the desired services; the runner's counts tell when it has settled.</summary>
    public FleetPlan Converge(FleetSpec desired)
    {
        var plan = Reconciler.Plan(_services.Values.Where(service => !service.Leaving).Select(service => service.Declared), desired.Services);
        foreach (var step in plan.Steps) Take(step);
        // What its file says now is what it is: that it was not to become something else is no news any more.
        var touched = plan.Steps.Select(step => step.Service).ToHashSet();
        foreach (var service in _services.Values.Where(service => !touched.Contains(service.Spec.Name) && updates.Of(service) is null))
            foreach (var slot in service.Slots) slot.UpdateFailure = null;
        // By now it is known which of the others are on their way.
        foreach (var step in plan.Steps)
            if (_services.TryGetValue(step.Service, out var service)) Order(service);
        return plan;
    }

    public void StopAll()
    {
        updates.StopAll();
        foreach (var service in _services.Values.ToArray()) Remove(service);
    }

    /// <summary>To be called when a slot has stopped: forgets it if it was leaving.</summary>
    public void Forget(WorkerSlot slot)
    {
        if (!slot.Leaving || slot.IsReplacement || slot.Slot.State.HasProcess || !slot.Service.Slots.Remove(slot)) return;
        runner.Leave(slot);
        slot.Service.LastGiven[slot.Name.Index] = slot.LastGiven;
        Forget(slot.Service);
    }

    /// <summary>Forgets a service that was leaving once nothing of it runs.</summary>
    public void Forget(Service service)
    {
        if (service is not { Leaving: true, Slots.Count: 0 } || replacements.AreOf(service)) return;
        if (_services.Remove(service.Spec.Name)) events.Add(new FleetEvent.ServiceForgotten(service.Spec.Name));
    }

    /// <summary>To be called when a service has settled: starts those that waited for it.</summary>
    public void Release(Service settled)
    {
        foreach (var service in _held.Where(service => service.Spec.DependsOn.Contains(settled.Spec.Name)).ToArray()) Hold(service);
    }

    /// <summary>To be called in each turn: goes on with the planned restarts that something has happened to.</summary>
    public void Update() => updates.Pass(Rollback);

    /// <summary>Has a service that is on its way wait for those that it depends on.</summary>
    private void Order(Service service)
    {
        if (service is { Leaving: false, Unsettled: > 0 }) Hold(service);
    }

    /// <summary>Decides anew whether a service waits for others.</summary>
    private void Hold(Service service)
    {
        var hold = service.Spec.DependsOn.Any(name => _services.TryGetValue(name, out var other) && other.Unsettled > 0);
        starter.Hold(service, hold);
        if (hold) _held.Add(service);
        else if (_held.Remove(service)) SayWithout(service);
    }

    /// <summary>The order of starts is no promise that what comes first works.</summary>
    private void SayWithout(Service service)
    {
        foreach (var name in service.Spec.DependsOn)
            if (!_services.TryGetValue(name, out var other) || other.Ready < other.Slots.Count) log.StartsWithout(service.Spec.Name, name);
    }

    private void Take(PlanStep step)
    {
        switch (step)
        {
            case PlanStep.Add add:
                Add(add.Spec);
                break;
            case PlanStep.Remove remove:
                Remove(_services[remove.Service]);
                break;
            case PlanStep.Replace replace:
                Adopt(replace.Spec, restart: true);
                break;
            case PlanStep.Adjust adjust:
                Adopt(adjust.Spec, restart: false);
                break;
            default:
                throw new InvalidOperationException($"no such plan step: {step}");
        }
    }

    private void Add(ServiceSpec spec)
    {
        // One that is still on its way out comes back with the slots that it has.
        if (_services.TryGetValue(spec.Name, out var leaving))
        {
            leaving.Return(spec);
            Adopt(spec, restart: true);
            return;
        }

        var service = new Service(spec);
        _services.Add(spec.Name, service);
        Resize(service);
    }

    private void Adopt(ServiceSpec spec, bool restart)
    {
        var service = _services[spec.Name];
        var (overrides, former, present) = (service.Overrides, service.Declared, service.Slots.Where(slot => !slot.Leaving).ToArray());
        service.Adopt(spec);
        Resize(service);
        if (restart)
        {
            service.Former = former;
            updates.Begin(service, present.Where(slot => !slot.Leaving && service.Overrides.Wants(slot.Name.Index)), former);
            return;
        }

        foreach (var slot in service.Slots.Where(slot => !slot.Leaving))
        {
            slot.UpdateFailure = null;
            var isWanted = service.Overrides.Wants(slot.Name.Index);
            if (isWanted && !overrides.Wants(slot.Name.Index)) Ask(slot, new SlotEvent.StartRequested());
            else runner.Happen(slot, new SlotEvent.PolicyChanged());
        }
    }

    /// <summary>What is new already becomes what it was.</summary>
    private void Rollback(Update update)
    {
        var service = update.Service;
        var failed = service.Declared;
        service.Adopt(update.Former!);
        (service.Former, service.RolledBackFrom) = (null, failed);
        Resize(service);
        updates.Rollback(update);
    }

    /// <summary>From here on the slot is on its way.</summary>
    private void Ask(WorkerSlot slot, SlotEvent asked)
    {
        runner.Expect(slot);
        runner.Happen(slot, asked);
    }

    private void Remove(Service service)
    {
        service.Leaving = true;
        _held.Remove(service);
        updates.Forget(service);
        replacements.End(one => one.Service == service);
        foreach (var slot in service.Slots.ToArray()) Retire(slot);
        Forget(service);
    }

    /// <summary>How a worker is asked to go: where others stay, they take over what comes, and it ends what it has.</summary>
    private static SlotEvent Goodbye(Service service) => !service.Leaving && service.Slots.Exists(slot => !slot.Leaving && service.Overrides.Wants(slot.Name.Index))
        ? new SlotEvent.DrainRequested(new AfterStop.Stay())
        : new SlotEvent.StopRequested();

    private void Resize(Service service)
    {
        foreach (var slot in service.Slots.Where(slot => slot.Name.Index >= service.Spec.Workers).ToArray()) Retire(slot);
        var present = service.Slots.ToDictionary(slot => slot.Name.Index);
        for (var index = 0; index < service.Spec.Workers; index++)
        {
            if (!present.TryGetValue(index, out var slot))
            {
                var given = service.LastGiven.GetValueOrDefault(index);
                slot = new WorkerSlot(new WorkerName(service.Spec.Name, index), service) { Slot = Slot.New with { LastGiven = given } };
                service.Slots.Add(slot);
                updates.Entered(slot);
                runner.Enter(slot);
            }
            else if (!slot.Leaving) continue;

            slot.Leaving = false;
            if (service.Overrides.Wants(index)) Ask(slot, new SlotEvent.StartRequested());
        }
    }

    private void Retire(WorkerSlot slot)
    {
        slot.Leaving = true;
        // A change has settled only when what it takes away has gone. Others of the service take over what comes.
        Ask(slot, Goodbye(slot.Service));
        Forget(slot);
    }
}
