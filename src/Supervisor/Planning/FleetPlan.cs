using Reuseportd.Model;

namespace Reuseportd.Planning;

/// <summary>One service's part in the way from what runs to what is wanted.</summary>
internal abstract record PlanStep(string Service)
{
    internal sealed record Add(ServiceSpec Spec) : PlanStep(Spec.Name);

    /// <summary>Its workers are stopped and it is forgotten.</summary>
    internal sealed record Remove(string Name) : PlanStep(Name);

    /// <summary>Its processes are started with something else now: each running worker is restarted.</summary>
    internal sealed record Replace(ServiceSpec Spec) : PlanStep(Spec.Name);

    /// <summary>Only policy or the number of workers differs: no worker that stays is touched.</summary>
    internal sealed record Adjust(ServiceSpec Spec) : PlanStep(Spec.Name);
}

/// <summary>The steps from one fleet to another, in the order of the wanted one, removals first.</summary>
/// <param name="Unchanged">Services that no step names.</param>
internal sealed record FleetPlan(ValueList<PlanStep> Steps, int Unchanged)
{
    public int Count<T>() where T : PlanStep => Steps.Count(step => step is T);
}
