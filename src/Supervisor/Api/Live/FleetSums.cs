using Reuseportd.Api.Metrics;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Live;

/// <summary>The sums of each service at one moment. Immutable after <see cref="From"/>.</summary>
internal sealed record FleetSums(TimeSpan At, IReadOnlyDictionary<string, ServiceSum> Services)
{
    public static FleetSums From(MetricsFacts facts)
    {
        var sums = facts.Fleet.Services.ToDictionary(service => service.Spec.Name, _ => new ServiceSum());
        foreach (var worker in facts.Fleet.Workers)
        {
            // A service that is being removed still has workers.
            if (!sums.TryGetValue(worker.Name.Service, out var sum)) sums.Add(worker.Name.Service, sum = new ServiceSum());
            GivenCounts? counts = facts.Shares.Counts.TryGetValue(worker.Name, out var found) ? found : null;
            sum.Add(worker, facts.Usage.GetValueOrDefault(worker.Name), counts);
        }

        return new FleetSums(facts.Fleet.Now, sums);
    }
}

/// <summary>Sums over the workers of a service. Null for a value that is not known of any worker.</summary>
internal sealed class ServiceSum
{
    public int Workers { get; private set; }

    public int Ready { get; private set; }

    public int Restarts { get; private set; }

    public double? CpuSeconds { get; private set; }

    public double? Memory { get; private set; }

    public double? Open { get; private set; }

    public double? Queue { get; private set; }

    public double? QueueLimit { get; private set; }

    public double? Given { get; private set; }

    public void Add(WorkerSnapshot worker, WorkerUsage? usage, GivenCounts? counts)
    {
        Workers++;
        if (worker.State == WorkerState.Ready) Ready++;
        Restarts += worker.Restarts;
        CpuSeconds = Sum(CpuSeconds, usage?.CpuSeconds);
        Memory = Sum(Memory, usage?.Memory);
        Open = Sum(Open, usage?.Open);
        Queue = Sum(Queue, usage?.Queue);
        QueueLimit = Sum(QueueLimit, usage?.QueueLimit);
        Given = Sum(Given, counts?.Given);
    }

    private static double? Sum(double? sum, double? value) => value is null ? sum : (sum ?? 0) + value;
}
