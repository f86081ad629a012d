using Reuseportd.Model;
using Reuseportd.Planning;

namespace Reuseportd.Runtime;

/// <summary>Those who wait for a change of the whole fleet to settle. Only the loop's thread uses it.</summary>
internal sealed class Converging(Fleet fleet, SlotRunner runner)
{
    private readonly List<(FleetPlan Plan, TaskCompletionSource<ConvergeResult> Done)> _waiting = [];

    /// <summary>Begins the way to the desired services.</summary>
    /// <param name="done">Completed when all that the change touched has settled.</param>
    public void Begin(FleetSpec desired, TaskCompletionSource<ConvergeResult> done) => _waiting.Add((fleet.Converge(desired), done));

    /// <summary>To be called in each turn: answers when nothing of the fleet is on its way any more.</summary>
    public void Pass()
    {
        if (_waiting.Count == 0 || runner.Counts.Unsettled > 0) return;
        foreach (var (plan, done) in _waiting) done.TrySetResult(Result(plan));
        _waiting.Clear();
    }

    /// <summary>Who asked waits no longer.</summary>
    public void Expire(Task answer)
    {
        var at = _waiting.FindIndex(waiting => waiting.Done.Task == answer);
        if (at < 0) return;
        var (plan, done) = _waiting[at];
        _waiting.RemoveAt(at);
        done.TrySetResult(Result(plan) with { TimedOut = true });
    }

    /// <summary>Nothing more comes of any.</summary>
    public void Cancel()
    {
        foreach (var (_, done) in _waiting) done.TrySetCanceled();
        _waiting.Clear();
    }

    private ConvergeResult Result(FleetPlan plan) => Snapshots.Of(fleet, plan, runner.Counts);
}
