using System.Globalization;

namespace Reuseportd.Model;

/// <summary>Scheduling policies with their numbers in linux/sched.h.</summary>
internal enum SchedulingPolicy
{
    Other = 0,
    Fifo = 1,
    RoundRobin = 2,
    Batch = 3,
    Idle = 5,
}

/// <summary>The scheduling policy and priority of a process (sched(7)).</summary>
/// <param name="Priority">
/// 1 to 99 for <see cref="SchedulingPolicy.Fifo"/> and <see cref="SchedulingPolicy.RoundRobin"/>, else 0.
/// </param>
internal sealed record SchedulingSpec(SchedulingPolicy Policy, int Priority)
{
    /// <summary>The form of the configuration: <c>fifo:50</c>, <c>batch</c>.</summary>
    public override string ToString()
    {
        var name = Policy switch
        {
            SchedulingPolicy.Fifo => "fifo",
            SchedulingPolicy.RoundRobin => "rr",
            SchedulingPolicy.Batch => "batch",
            SchedulingPolicy.Idle => "idle",
            _ => "other",
        };
        return Priority == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{Priority}");
    }
}
