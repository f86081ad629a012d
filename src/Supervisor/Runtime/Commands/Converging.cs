using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;

namespace Reuseportd.Runtime.Commands;

/// <summary>Those who wait for a change of the whole fleet to settle. Only the loop's thread uses it.</summary>
internal sealed class Converging(ServiceTable fleet, SlotCounts counts)
{
    private readonly List<Change> _waiting = [];

    /// <summary>Begins the way to the desired services.</summary>
    /// <param name="done">Completed when all that the change touched has settled.</param>
    public void Begin(FleetSpec desired, TaskCompletionSource<ConvergeResult> done)
    {
        var before = fleet.Services.ToArray();
        var plan = fleet.Converge(desired);
        var touched = plan.Steps.Select(step => step.Service).ToHashSet();
        // A removed service may be forgotten before the answer.
        Service[] services = [.. before.Where(service => touched.Contains(service.Spec.Name))];
        _waiting.Add(new Change(plan, services, services.Sum(service => service.Cut), done));
    }

    /// <summary>To be called in each turn: answers when nothing of the fleet is on its way any more.</summary>
    public void Pass()
    {
        if (_waiting.Count == 0 || counts.Fleet.Unsettled > 0) return;
        foreach (var change in _waiting) change.Done.TrySetResult(Result(change));
        _waiting.Clear();
    }

    /// <summary>Who asked waits no longer.</summary>
    public void Expire(Task answer)
    {
        var at = _waiting.FindIndex(change => change.Done.Task == answer);
        if (at < 0) return;
        var expired = _waiting[at];
        _waiting.RemoveAt(at);
        expired.Done.TrySetResult(Result(expired) with { TimedOut = true });
    }

    /// <summary>Nothing more comes of any.</summary>
    public void Cancel()
    {
        foreach (var change in _waiting) change.Done.TrySetCanceled();
        _waiting.Clear();
    }

    private ConvergeResult Result(Change change) => SnapshotBuilder.Of(fleet, change.Plan, counts.Fleet) with
    {
        Cut = change.Services.Sum(service => service.Cut) - change.CutBefore,
    };

    /// <param name="Services">Those that were there and that the plan touches: a new service has nothing to cut.</param>
    private sealed record Change(
        FleetPlan Plan, IReadOnlyList<Service> Services, int CutBefore, TaskCompletionSource<ConvergeResult> Done);
}
