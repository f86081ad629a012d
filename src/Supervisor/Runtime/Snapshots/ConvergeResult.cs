using Reuseportd.Model;
using Reuseportd.Planning.Changes;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The result of a configuration change, by services.</summary>
/// <param name="NotReady">
/// Workers of changed services that have failed, wait for their next start, or have not settled.
/// </param>
internal sealed record ConvergeResult(
    int Added, int Changed, int Removed, int Unchanged, FleetCounts Counts, ValueList<WorkerSnapshot> NotReady)
{
    /// <summary>True if some workers had not settled when the client's timeout passed.</summary>
    public bool TimedOut { get; init; }

    /// <summary>
    /// Number of connections of changed services that were open at the drain timeout.
    /// </summary>
    public int Cut { get; init; }

    /// <summary>Services that were rolled back, as no process of the new specification became ready.</summary>
    public ValueList<string> RolledBack { get; init; }

    public static ConvergeResult Of(
        FleetPlan plan, FleetCounts counts, ValueList<WorkerSnapshot> notReady, int rolledBack = 0) => new(
        plan.Count<PlanStep.Add>(),
        plan.Count<PlanStep.Replace>() + plan.Count<PlanStep.Adjust>() - rolledBack,
        plan.Count<PlanStep.Remove>(),
        plan.Unchanged,
        counts,
        notReady);
}
