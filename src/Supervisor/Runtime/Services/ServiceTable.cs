using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Services;

/// <summary>The supervised services. Makes them match the configuration. Only the loop's thread uses it.</summary>
internal sealed partial class ServiceTable(
    SlotTable allSlots,
    SlotRunner runner,
    Dependencies dependencies,
    SlotCounts counts,
    SettleTable settles,
    UpdateRunner updates,
    ReplacementSlots replacements,
    UpdateFailures notReplaced,
    FleetEvents events)
{
    private readonly Dictionary<string, Service> _services = [];

    /// <summary>The specification of a service before the last change that replaced processes.</summary>
    private readonly Dictionary<Service, ServiceSpec> _former = [];

    /// <summary>The specification that the last update of a service rolled back from, as no new process became ready.</summary>
    private readonly Dictionary<Service, ServiceSpec> _rolledBackFrom = [];

    /// <summary>True if <see cref="Update"/> has work to do.</summary>
    public bool IsUpdateDue => updates.IsDue;

    /// <summary>True while a worker has two slots.</summary>
    public bool IsReplacing => !replacements.IsEmpty;

    public bool IsEmpty => _services.Count == 0 && replacements.IsEmpty;

    public IEnumerable<Service> Services => _services.Values;

    /// <summary>The specification that the last update rolled back from; null if no rollback happened.</summary>
    public ServiceSpec? RolledBackFrom(Service service) => _rolledBackFrom.GetValueOrDefault(service);

    /// <summary>The specification before the last change that replaced processes; null if there was none.</summary>
    public ServiceSpec? FormerOf(Service service) => _former.GetValueOrDefault(service);

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
        // The present specification is the configured one, so an older update failure is out of date.
        var touched = plan.Steps.Select(step => step.Service).ToHashSet();
        foreach (var service in _services.Values)
        {
            if (touched.Contains(service.Spec.Name) || updates.Of(service) is not null) continue;
            notReplaced.Forget(allSlots.Of(service));
        }

        // The unsettled services are known only after all steps.
        foreach (var step in plan.Steps)
            if (_services.TryGetValue(step.Service, out var service)) dependencies.Await(service, _services);
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
        if (!slot.Leaving || slot.IsReplacement || slot.Slot.State.HasProcess || !allSlots.Of(slot.Service).Remove(slot)) return;
        runner.Leave(slot);
        updates.Left(slot);
        slot.Service.LastGiven[slot.Name.Index] = slot.LastGiven;
        StartWaiting(slot.Service);
        Forget(slot.Service);
    }

    /// <summary>Ends the wait of workers in backoff: the worker that has left may have held their port.</summary>
    private void StartWaiting(Service service)
    {
        if (service.Leaving || counts.BackoffOf(service) == 0) return;
        foreach (var slot in allSlots.Of(service).Where(slot => slot is { Leaving: false, Slot.State: SlotState.Backoff }))
            Request(slot, new SlotEvent.StartRequested());
    }

    /// <summary>Removes a service that was leaving and has no process left.</summary>
    public void Forget(Service service)
    {
        if (!service.Leaving || allSlots.Of(service).Count > 0 || replacements.AreOf(service)) return;
        if (!_services.Remove(service.Spec.Name)) return;
        _former.Remove(service);
        _rolledBackFrom.Remove(service);
        updates.Left(service);
        events.Add(new FleetEvent.ServiceForgotten(service.Spec.Name));
    }

    /// <summary>Must be called when a service has settled. Starts the services that waited for it.</summary>
    public void Release(Service settled) => dependencies.Release(settled, _services);

    /// <summary>Must be called in each turn. Continues the rolling restarts.</summary>
    public void Update() => updates.Continue(Rollback);

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

        var service = NewService(spec);
        _services.Add(spec.Name, service);
        events.Add(new FleetEvent.ServiceChanged(service));
        Resize(service);
    }

    private void Adopt(ServiceSpec spec, bool restart)
    {
        var service = _services[spec.Name];
        var (overrides, former) = (service.Overrides, service.Declared);
        var present = allSlots.Of(service).Where(slot => !slot.Leaving).ToArray();
        service.Adopt(spec);
        events.Add(new FleetEvent.ServiceChanged(service));
        _rolledBackFrom.Remove(service);
        Resize(service);
        if (restart)
        {
            Replace(service, former, [.. present.Where(slot => !slot.Leaving)]);
            return;
        }

        foreach (var slot in allSlots.Of(service).Where(slot => !slot.Leaving))
        {
            notReplaced.Forget(slot);
            var isWanted = service.Overrides.Wants(slot.Name.Index);
            if (isWanted && !overrides.Wants(slot.Name.Index)) Request(slot, new SlotEvent.StartRequested());
            else runner.Apply(slot, new SlotEvent.PolicyChanged());
        }
    }

    /// <summary>Returns updated workers to the former specification.</summary>
    private void Rollback(Update update)
    {
        var service = update.Service;
        var failed = service.Declared;
        service.Adopt(update.Former!);
        events.Add(new FleetEvent.ServiceChanged(service));
        _former.Remove(service);
        _rolledBackFrom[service] = failed;
        Resize(service);
        updates.Rollback(update);
    }

    /// <summary>Sends a request to a slot, which is unsettled until it is done.</summary>
    private void Request(WorkerSlot slot, SlotEvent asked)
    {
        if (asked is SlotEvent.StartRequested && slot.Service.IsHeld)
        {
            HoldBack(slot);
            return;
        }

        settles.Expect(slot);
        runner.Apply(slot, asked);
    }

    private void Remove(Service service)
    {
        service.Retire();
        events.Add(new FleetEvent.ServiceChanged(service));
        dependencies.Forget(service);
        updates.Forget(service);
        replacements.End(replacement => replacement.Service == service);
        foreach (var slot in allSlots.Of(service).ToArray()) Retire(slot);
        Forget(service);
    }

    private void Resize(Service service)
    {
        foreach (var slot in allSlots.Of(service).Where(slot => slot.Name.Index >= service.Spec.Workers).ToArray()) Retire(slot);
        var present = allSlots.Of(service).ToDictionary(slot => slot.Name.Index);
        for (var index = 0; index < service.Spec.Workers; index++)
        {
            if (!present.TryGetValue(index, out var slot))
            {
                var given = service.LastGiven.GetValueOrDefault(index);
                slot = new WorkerSlot(new WorkerName(service.Spec.Name, index), service);
                slot.MoveTo(Slot.New with { LastGiven = given });
                allSlots.Of(service).Add(slot);
                updates.Entered(slot);
                runner.Enter(slot);
            }
            else if (!slot.Leaving) continue;

            slot.Return();
            if (service.Overrides.Wants(index)) Request(slot, new SlotEvent.StartRequested());
        }
    }

    private void Retire(WorkerSlot slot)
    {
        slot.Retire();
        // A change is complete only when the removed workers are gone. The remaining workers take over new connections.
        Request(slot, StopEvent(slot.Service));
        Forget(slot);
    }
}
