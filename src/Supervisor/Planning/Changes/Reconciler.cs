using Reuseportd.Model;

namespace Reuseportd.Planning.Changes;

/// <summary>Compares the running services with the desired ones; pure.</summary>
internal static class Reconciler
{
    public static FleetPlan Plan(IEnumerable<ServiceSpec> running, IEnumerable<ServiceSpec> desired)
    {
        var before = running.ToDictionary(service => service.Name);
        var after = desired.ToDictionary(service => service.Name);

        List<PlanStep> steps = [.. before.Keys.Where(name => !after.ContainsKey(name)).Select(name => new PlanStep.Remove(name))];
        foreach (var wanted in after.Values)
        {
            if (!before.TryGetValue(wanted.Name, out var present)) steps.Add(new PlanStep.Add(wanted));
            else if (!SameProcess(present.Process, wanted.Process)) steps.Add(new PlanStep.Replace(wanted));
            else if (present != wanted) steps.Add(new PlanStep.Adjust(wanted));
        }

        var touched = steps.Count(step => step is PlanStep.Replace or PlanStep.Adjust or PlanStep.Add);
        return new FleetPlan(new([.. steps]), after.Count - touched);
    }

    /// <summary>The balance is ignored: the daemon spreads connections, and processes do not notice a change of it.</summary>
    private static bool SameProcess(ProcessSpec one, ProcessSpec other) =>
        one with { Reuseport = one.Reuseport with { Balance = Balance.Default } }
        == other with { Reuseport = other.Reuseport with { Balance = Balance.Default } };
}
