using Reuseportd.Model;

namespace Reuseportd.Planning.Changes;

/// <summary>The effect of a changed configuration on one service.</summary>
internal abstract record PlanStep(string Service)
{
    internal sealed record Add(ServiceSpec Spec) : PlanStep(Spec.Name);

    /// <summary>Stop its workers and forget it.</summary>
    internal sealed record Remove(string Name) : PlanStep(Name);

    /// <summary>Its processes get another specification, so each running worker is replaced.</summary>
    internal sealed record Replace(ServiceSpec Spec) : PlanStep(Spec.Name);

    /// <summary>Only its policies or its number of workers change. No worker that stays is restarted.</summary>
    internal sealed record Adjust(ServiceSpec Spec) : PlanStep(Spec.Name);
}

/// <summary>
/// The steps from the running services to the desired ones: removals first, then in the order of the desired services.
/// </summary>
/// <param name="Unchanged">Number of services without a step.</param>
internal sealed record FleetPlan(ValueList<PlanStep> Steps, int Unchanged)
{
    public int Count<T>() where T : PlanStep => Steps.Count(step => step is T);
}
