using Reuseportd.Model;
using Reuseportd.Planning;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>What a change did, in services.</summary>
/// <param name="NotReady">
/// Workers of the services that it touched that have failed, wait for their next try, or are still on their way.
/// </param>
internal sealed record ConvergeResult(
    int Added, int Changed, int Removed, int Unchanged, FleetCounts Counts, ValueList<WorkerSnapshot> NotReady)
{
    /// <summary>Whether some were still on their way when who asked had waited long enough.</summary>
    public bool TimedOut { get; init; }

    /// <summary>
    /// Connections that processes of the services that it touched still had when the time of their draining was over.
    /// </summary>
    public int Cut { get; init; }

    /// <summary>Services that are what they were, as no process of what they were to become got ready.</summary>
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
