using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Services;

/// <summary>The supervised services. Makes them match the configuration. Only the loop's thread uses it.</summary>
internal sealed partial class ServiceTable(
    SlotRunner runner, Starter starter, UpdateRunner updates, ReplacementSlots replacements, FleetEvents events, ILogger log)
{
    private readonly Dictionary<string, Service> _services = [];

    /// <summary>Services that wait for services that they depend on.</summary>
    private readonly HashSet<Service> _held = [];

    /// <summary>True if <see cref="Update"/> has work to do.</summary>
    public bool IsUpdateDue => updates.IsDue;

    public bool IsEmpty => _services.Count == 0 && replacements.IsEmpty;

    public IEnumerable<Service> Services => _services.Values;

    /// <summary>True if a rolling restart of the service is paused and waits for a command.</summary>
    public bool IsPaused(Service service) => updates.Of(service) is { IsPaused: true };

    /// <summary>The rolling restart of the service, in progress or paused; null if there is none.</summary>
    public Update? UpdateOf(Service service) => updates.Of(service);

    /// <summary>
    /// Begins to change the fleet to the desired services. The counts of unsettled workers tell when the change is complete.
    /// </summary>
    public FleetPlan Converge(FleetSpec desired)
    {
        var present = _services.Values.Where(service => !service.Leaving).Select(service => service.Declared);
        var plan = Reconciler.Plan(present, desired.Services);
        foreach (var step in plan.Steps) Apply(step);
        // The present specification is what the configuration asks for, so an older update failure is out of date.
        var touched = plan.Steps.Select(step => step.Service).ToHashSet();
        foreach (var service in _services.Values)
        {
            if (touched.Contains(service.Spec.Name) || updates.Of(service) is not null) continue;
            foreach (var slot in service.Slots) slot.UpdateFailure = null;
        }

        // Only after all steps it is known which other services are unsettled.
        foreach (var step in plan.Steps)
            if (_services.TryGetValue(step.Service, out var service)) WaitForDependencies(service);
        return plan;
    }

    public void StopAll()
    {
        updates.StopAll();
        foreach (var service in _services.Values.ToArray()) Remove(service);
    }

    /// <summary>Must be called when a slot has stopped. Removes the slot if it was leaving.</summary>
    public void Forget(WorkerSlot slot)
    {
        if (!slot.Leaving || slot.IsReplacement || slot.Slot.State.HasProcess || !slot.Service.Slots.Remove(slot)) return;
        runner.Leave(slot);
        slot.Service.LastGiven[slot.Name.Index] = slot.LastGiven;
        Forget(slot.Service);
    }

    /// <summary>Removes a service that was leaving and has no process left.</summary>
    public void Forget(Service service)
    {
        if (service is not { Leaving: true, Slots.Count: 0 } || replacements.AreOf(service)) return;
        if (_services.Remove(service.Spec.Name)) events.Add(new FleetEvent.ServiceForgotten(service.Spec.Name));
    }

    /// <summary>Must be called when a service has settled. Starts the services that waited for it.</summary>
    public void Release(Service settled)
    {
        foreach (var service in _held.Where(service => service.Spec.DependsOn.Contains(settled.Spec.Name)).ToArray())
            UpdateHold(service);
    }

    /// <summary>Must be called in each turn. Continues the rolling restarts.</summary>
    public void Update() => updates.Pass(Rollback);

    /// <summary>Makes an unsettled service wait for the services that it depends on.</summary>
    private void WaitForDependencies(Service service)
    {
        if (service is { Leaving: false, Unsettled: > 0 }) UpdateHold(service);
    }

    /// <summary>Decides again whether a service must wait for others.</summary>
    private void UpdateHold(Service service)
    {
        var hold = service.Spec.DependsOn.Any(name => _services.TryGetValue(name, out var other) && other.Unsettled > 0);
        starter.Hold(service, hold);
        if (hold) _held.Add(service);
        else if (_held.Remove(service)) LogUnreadyDependencies(service);
    }

    /// <summary>Reports dependencies that are not ready. Starts are ordered, but a dependency need not work.</summary>
    private void LogUnreadyDependencies(Service service)
    {
        foreach (var name in service.Spec.DependsOn)
        {
            var isReady = _services.TryGetValue(name, out var other) && other.Ready >= other.Slots.Count;
            if (!isReady) log.StartsWithout(service.Spec.Name, name);
        }
    }

    private void Apply(PlanStep step)
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
        // A service that is still leaving returns with its present slots.
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
        var (overrides, former) = (service.Overrides, service.Declared);
        var present = service.Slots.Where(slot => !slot.Leaving).ToArray();
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
            if (isWanted && !overrides.Wants(slot.Name.Index)) Request(slot, new SlotEvent.StartRequested());
            else runner.Happen(slot, new SlotEvent.PolicyChanged());
        }
    }

    /// <summary>Returns updated workers to the former specification.</summary>
    private void Rollback(Update update)
    {
        var service = update.Service;
        var failed = service.Declared;
        service.Adopt(update.Former!);
        (service.Former, service.RolledBackFrom) = (null, failed);
        Resize(service);
        updates.Rollback(update);
    }

    /// <summary>Sends a request to a slot, which is unsettled until it is done.</summary>
    private void Request(WorkerSlot slot, SlotEvent asked)
    {
        runner.Expect(slot);
        runner.Happen(slot, asked);
    }

    private void Remove(Service service)
    {
        service.Leaving = true;
        _held.Remove(service);
        updates.Forget(service);
        replacements.End(replacement => replacement.Service == service);
        foreach (var slot in service.Slots.ToArray()) Retire(slot);
        Forget(service);
    }

    /// <summary>
    /// The event that stops a worker. If other workers remain, the worker drains first and they take over new connections.
    /// </summary>
    private static SlotEvent StopEvent(Service service)
    {
        var othersRemain = !service.Leaving
            && service.Slots.Exists(slot => !slot.Leaving && service.Overrides.Wants(slot.Name.Index));
        return othersRemain ? new SlotEvent.DrainRequested(new AfterStop.Stay()) : new SlotEvent.StopRequested();
    }

    private void Resize(Service service)
    {
        foreach (var slot in service.Slots.Where(slot => slot.Name.Index >= service.Spec.Workers).ToArray()) Retire(slot);
        var present = service.Slots.ToDictionary(slot => slot.Name.Index);
        for (var index = 0; index < service.Spec.Workers; index++)
        {
            if (!present.TryGetValue(index, out var slot))
            {
                var given = service.LastGiven.GetValueOrDefault(index);
                slot = new WorkerSlot(new WorkerName(service.Spec.Name, index), service)
                {
                    Slot = Slot.New with { LastGiven = given },
                };
                service.Slots.Add(slot);
                updates.Entered(slot);
                runner.Enter(slot);
            }
            else if (!slot.Leaving) continue;

            slot.Leaving = false;
            if (service.Overrides.Wants(index)) Request(slot, new SlotEvent.StartRequested());
        }
    }

    private void Retire(WorkerSlot slot)
    {
        slot.Leaving = true;
        // A change is complete only when the removed workers are gone. The remaining workers take over new connections.
        Request(slot, StopEvent(slot.Service));
        Forget(slot);
    }
}
