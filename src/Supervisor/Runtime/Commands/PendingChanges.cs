using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;

namespace Reuseportd.Runtime.Commands;

/// <summary>Configuration changes that are waiting for the fleet to settle. Only the loop's thread uses it.</summary>
internal sealed class PendingChanges(ServiceTable fleet, SlotCounts counts)
{
    private readonly List<Change> _pending = [];

    /// <summary>Begins to change the fleet to the desired services.</summary>
    /// <param name="done">Completed when all workers that the change touches have settled.</param>
    public void Begin(FleetSpec desired, TaskCompletionSource<ConvergeResult> done)
    {
        var before = fleet.Services.ToArray();
        var plan = fleet.Converge(desired);
        var touched = plan.Steps.Select(step => step.Service).ToHashSet();
        // A removed service may be gone before the answer.
        Service[] services = [.. before.Where(service => touched.Contains(service.Spec.Name))];
        _pending.Add(new Change(plan, services, services.Sum(service => service.Cut), done));
    }

    /// <summary>Must be called in each turn. Answers when no worker of the fleet is unsettled.</summary>
    public void Pass()
    {
        if (_pending.Count == 0 || counts.Fleet.Unsettled > 0) return;
        foreach (var change in _pending) change.Done.TrySetResult(Result(change));
        _pending.Clear();
    }

    /// <summary>Answers a change whose client waits no longer.</summary>
    public void Expire(Task answer)
    {
        var at = _pending.FindIndex(change => change.Done.Task == answer);
        if (at < 0) return;
        var expired = _pending[at];
        _pending.RemoveAt(at);
        expired.Done.TrySetResult(Result(expired) with { TimedOut = true });
    }

    /// <summary>Cancels all pending changes.</summary>
    public void Cancel()
    {
        foreach (var change in _pending) change.Done.TrySetCanceled();
        _pending.Clear();
    }

    private ConvergeResult Result(Change change) => SnapshotBuilder.Of(fleet, change.Plan, counts.Fleet) with
    {
        Cut = change.Services.Sum(service => service.Cut) - change.CutBefore,
    };

    /// <param name="Services">Existing services in the plan. A new service has no connections to cut.</param>
    private sealed record Change(
        FleetPlan Plan, IReadOnlyList<Service> Services, int CutBefore, TaskCompletionSource<ConvergeResult> Done);
}
