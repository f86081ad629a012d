using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads <c>scheduling_policy</c> and <c>scheduling_priority</c>.</summary>
internal static class SchedulingReader
{
    public static readonly Words<SchedulingPolicy> Policies = new(
        ("other", SchedulingPolicy.Other),
        ("batch", SchedulingPolicy.Batch),
        ("idle", SchedulingPolicy.Idle),
        ("fifo", SchedulingPolicy.Fifo),
        ("rr", SchedulingPolicy.RoundRobin));

    private static readonly Key Policy =
        Key.Choice("scheduling_policy", Policies, "CPU scheduling policy, see sched(7). Default: the daemon's.");

    private static readonly Key Priority =
        Key.Integer("scheduling_priority", 1, 99, "Priority within scheduling_policy fifo or rr, which require one.");

    public static readonly IReadOnlyList<Key> Keys = [Policy, Priority];

    public static readonly IReadOnlyList<Rule> Rules =
    [
        new Rule.OnlyWith(Priority.Name, Policy.Name, "fifo", "rr"), new Rule.NeededBy(Priority.Name, Policy.Name, "fifo", "rr"),
    ];

    public static SchedulingSpec? Read(Section limits)
    {
        var number = limits.Integer(Priority);
        var priority = limits.Find(Priority);
        if (limits.Find(Policy) is not { } field)
        {
            priority?.KeyError("needs scheduling_policy fifo or rr");
            return null;
        }

        if (Policies.Read(field) is not { } policy) return null;
        if (policy is SchedulingPolicy.Fifo or SchedulingPolicy.RoundRobin)
        {
            var spec = new SchedulingSpec(policy, number ?? 0);
            if (priority is null)
                limits.Missing(Priority.Name, $"scheduling_policy {spec} needs a priority from 1 to 99", field.Key);
            return spec;
        }

        priority?.KeyError("is allowed only with scheduling_policy fifo or rr");
        return new SchedulingSpec(policy, 0);
    }
}
