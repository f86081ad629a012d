using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;

namespace Reuseportd.Runtime.Commands;

/// <summary>Configuration changes that are waiting for the fleet to settle. Only the loop's thread uses it.</summary>
internal sealed class PendingChanges(ServiceTable fleet, UpdateRunner updates, SlotCounts counts, SnapshotBuilder snapshots)
{
    private readonly List<Change> _pending = [];

    /// <summary>Begins to change the fleet to the desired services.</summary>
    /// <param name="done">Completed when all workers that the change touches have settled.</param>
    public void Begin(FleetSpec desired, TaskCompletionSource<ConvergeResult> done)
    {
        // A removed service may be gone before the answer.
        var before = fleet.Services.ToDictionary(service => service.Spec.Name, updates.CutOf);
        var plan = fleet.Converge(desired);
        var touched = plan.Steps.Select(step => step.Service).ToHashSet();
        CutConnections[] cut = [.. before.Where(one => touched.Contains(one.Key)).Select(one => one.Value)];
        _pending.Add(new Change(plan, cut, cut.Sum(one => one.OfService), done));
    }

    /// <summary>Must be called in each turn. Answers when no worker of the fleet is unsettled.</summary>
    public void AnswerSettled()
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

    /// <summary>Answers that all pending changes go on in another program.</summary>
    public void HandOver()
    {
        foreach (var change in _pending) change.Done.TrySetException(new TakenOverException());
        _pending.Clear();
    }

    private ConvergeResult Result(Change change) => snapshots.Of(change.Plan) with
    {
        Cut = change.Cut.Sum(one => one.OfService) - change.CutBefore,
    };

    /// <param name="Cut">Cut connections of existing services in the plan. A new service has no connections to cut.</param>
    private sealed record Change(
        FleetPlan Plan, IReadOnlyList<CutConnections> Cut, int CutBefore, TaskCompletionSource<ConvergeResult> Done);
}
