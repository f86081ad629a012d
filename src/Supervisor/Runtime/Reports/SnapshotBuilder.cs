using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Counters;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Reports;

/// <summary>Builds snapshots of the fleet from values that may leave the loop.</summary>
internal sealed class SnapshotBuilder(
    ServiceTable fleet,
    HostDrain host,
    SlotTable slots,
    SlotCounts counts,
    UpdateFailures notReplaced,
    WorkerReport workers,
    FleetCounters counters,
    Mailbox mailbox)
{
    private Adoption? _adoption;

    /// <summary>Notes that the daemon has taken the fleet over.</summary>
    public void Note(Adoption adoption) => _adoption = adoption;

    public FleetSnapshot Take(TimeSpan now)
    {
        Service[] services = [.. fleet.Services.OrderBy(service => service.Spec.Name, StringComparer.Ordinal)];
        var all = services.SelectMany(service => slots.Of(service).OrderBy(slot => slot.Name.Index));
        return new FleetSnapshot(now, counts.Fleet, new([.. all.Select(workers.Of)]))
        {
            Adoption = _adoption,
            Host = host.Snapshot,
            LoopDelay = mailbox.LongestWait(),
            Totals = Totals(),
            Services = new([.. services.Where(service => !service.Leaving).Select(Of)]),
        };
    }

    public FleetTotals Totals() => new(counters.Take(), mailbox.Waits.Take());

    private ServiceSnapshot Of(Service service) =>
        new(service.Declared, service.Spec, service.Overrides)
        {
            IsPaused = fleet.IsPaused(service),
            Update = fleet.UpdateOf(service) is { } update
                ? new UpdateSnapshot(update.Done.Count, update.Count, update.IsPaused, update.IsRollback, update.Failure)
                {
                    IsChange = update.Former is not null,
                }
                : null,
        };

    /// <summary>The result of a plan so far.</summary>
    public ConvergeResult Of(FleetPlan plan)
    {
        var touched = plan.Steps.Where(step => step is not PlanStep.Remove).ToDictionary(step => step.Service);
        string[] rolledBack =
        [
            .. fleet.Services
                .Where(service => fleet.RolledBackFrom(service) is { } failed
                                  && touched.GetValueOrDefault(failed.Name) is PlanStep.Replace step && step.Spec == failed)
                .Select(service => service.Spec.Name),
        ];
        var result = ConvergeResult.Of(plan, counts.Fleet, NotReady(plan, touched.Keys), rolledBack.Length);
        return result with { RolledBack = [.. rolledBack] };
    }

    /// <summary>
    /// Workers of changed services that are not ready or not replaced, and workers whose update is paused. An empty plan
    /// reports all workers that are down, so a second apply has the same answer.
    /// </summary>
    private ValueList<WorkerSnapshot> NotReady(FleetPlan plan, IReadOnlyCollection<string> touched) =>
        new([.. fleet.Services
            .SelectMany(slots.Of)
            .Where(slot => touched.Contains(slot.Service.Spec.Name)
                ? IsNotReady(slot)
                : (notReplaced.Of(slot) is not null && fleet.IsPaused(slot.Service)) || (plan.Steps.Count == 0 && IsDown(slot)))
            .Select(workers.Of)]);

    private bool IsNotReady(WorkerSlot slot) => notReplaced.Of(slot) is not null
        || slot.Slot.State is SlotState.Starting or SlotState.Waiting or SlotState.Backoff or SlotState.Failed;

    /// <summary>True if the worker is down. A worker that an update is replacing is not down.</summary>
    private static bool IsDown(WorkerSlot slot) => slot.Slot is
        { State: SlotState.Waiting or SlotState.Backoff or SlotState.Failed } or { State: SlotState.Starting, Streak: > 0 };
}
