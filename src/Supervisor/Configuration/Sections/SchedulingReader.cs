using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary><c>scheduling_policy</c>, and <c>scheduling_priority</c> for those that have one.</summary>
internal static class SchedulingReader
{
    private static readonly Words<SchedulingPolicy> Policies = new(
        ("other", SchedulingPolicy.Other),
        ("batch", SchedulingPolicy.Batch),
        ("idle", SchedulingPolicy.Idle),
        ("fifo", SchedulingPolicy.Fifo),
        ("rr", SchedulingPolicy.RoundRobin));

    public static SchedulingSpec? Read(Section limits)
    {
        var number = limits.Integer("scheduling_priority", 1, 99);
        var priority = limits.Find("scheduling_priority");
        if (limits.Find("scheduling_policy") is not { } field)
        {
            priority?.KeyError("needs scheduling_policy fifo or rr");
            return null;
        }

        if (Policies.Read(field) is not { } policy) return null;
        if (policy is SchedulingPolicy.Fifo or SchedulingPolicy.RoundRobin)
        {
            var spec = new SchedulingSpec(policy, number ?? 0);
            if (priority is null)
                limits.Missing("scheduling_priority", $"scheduling_policy {spec} needs one from 1 to 99", field.Key);
            return spec;
        }

        priority?.KeyError("goes with scheduling_policy fifo and rr only");
        return new SchedulingSpec(policy, 0);
    }
}
