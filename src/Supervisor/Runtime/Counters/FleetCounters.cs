using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Counters;

/// <summary>Counts what happens to the fleet, for metrics. Only the loop's thread uses it; each event takes O(1).</summary>
internal sealed class FleetCounters(Func<TimeSpan> clock)
{
    private readonly Dictionary<string, ServiceCounters> _services = new(StringComparer.Ordinal);

    /// <summary>Processes of this daemon that were not ready yet.</summary>
    private readonly HashSet<WorkerProcess> _starting = [];

    /// <summary>Processes that drain, with the time at which they began.</summary>
    private readonly Dictionary<WorkerProcess, TimeSpan> _draining = [];

    /// <summary>Workers without a ready process, with the time at which the last one ended.</summary>
    private readonly Dictionary<WorkerSlot, TimeSpan> _down = [];

    public void Follow(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.ProcessStarted { Process: var process }:
                _starting.Add(process);
                break;
            case FleetEvent.ProcessReady { Process: var process } when process.Slot.Process == process:
                BecameReady(process);
                break;
            case FleetEvent.ProcessEnded { Process: var process }:
                Ended(process);
                break;
            case FleetEvent.DrainBegun { Process: var process }:
                _draining.TryAdd(process, clock());
                break;
            case FleetEvent.SlotMoved { Slot: var slot }:
                Moved(slot);
                break;
            case FleetEvent.SlotEntered { Slot: var slot }:
                Of(slot.Service).RaiseRestarts(slot.Name.Index, slot.Slot.Restarts);
                break;
            case FleetEvent.Restarted { Slot: var slot }:
                Of(slot.Service).AddRestarts(slot.Name.Index, 1);
                break;
            case FleetEvent.SlotLeft { Slot: var slot }:
                _down.Remove(slot);
                break;
            case FleetEvent.ConnectionsCut cut:
                Of(cut.Slot.Service).Cut += cut.Connections;
                break;
            case FleetEvent.Stalled { Process.Slot.Service: var service }:
                Of(service).Stalls++;
                break;
            case FleetEvent.BindFailed failed:
                Of(failed.Slot.Service).AddBindFailure(failed.Errno);
                break;
            case FleetEvent.UpdateEnded ended:
                Of(ended.Service).Add(ended.Result);
                break;
            case FleetEvent.ServiceForgotten { Name: var name }:
                _services.Remove(name);
                break;
        }
    }

    /// <summary>The counters of each service, by name.</summary>
    public ValueList<ServiceTotals> Take() =>
        [.. _services.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value.Take(one.Key))];

    /// <summary>Goes on with the counters of an earlier program of this process.</summary>
    public void Restore(ServiceTotals service)
    {
        var counters = Of(service.Name);
        counters.Cut += service.Cut;
        counters.Stalls += service.Stalls;
        foreach (var (result, count) in service.Updates) counters.Add(result, count);
        foreach (var (errno, count) in service.BindFailures) counters.AddBindFailure(errno, count);
        foreach (var (worker, count) in service.Restarts) counters.AddRestarts(worker, count);
        counters.Start.Add(service.Start);
        counters.Drain.Add(service.Drain);
        counters.Restart.Add(service.Restart);
    }

    private void BecameReady(WorkerProcess process)
    {
        if (_starting.Remove(process)) Of(process.Slot.Service).Start.Observe(clock() - process.Started);
        if (_down.Remove(process.Slot, out var since)) Of(process.Slot.Service).Restart.Observe(clock() - since);
    }

    private void Ended(WorkerProcess process)
    {
        _starting.Remove(process);
        EndDrain(process);
        var slot = process.Slot;
        if (!slot.IsReplacement && slot.Slot.State is SlotState.Starting or SlotState.Backoff or SlotState.Waiting)
            _down.TryAdd(slot, clock());
    }

    private void Moved(WorkerSlot slot)
    {
        if (slot.Process is { } process && slot.Slot.State is not SlotState.Draining) EndDrain(process);
        if (slot.Slot.State is SlotState.Stopped or SlotState.Failed) _down.Remove(slot);
    }

    private void EndDrain(WorkerProcess process)
    {
        if (_draining.Remove(process, out var since)) Of(process.Slot.Service).Drain.Observe(clock() - since);
    }

    private ServiceCounters Of(Service service) => Of(service.Spec.Name);

    private ServiceCounters Of(string name)
    {
        if (!_services.TryGetValue(name, out var counters)) _services.Add(name, counters = new ServiceCounters());
        return counters;
    }
}
