using System.Globalization;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using static Reuseportd.Api.Metrics.MetricFamilies;

namespace Reuseportd.Api.Metrics;

/// <summary>Metrics of workers. Without labels of workers, each is the sum for the service.</summary>
internal static class WorkerFamilies
{
    private const string Prefix = "worker_";

    public static readonly IReadOnlyList<MetricFamily> All =
    [
        Gauge($"{Prefix}ready", "Ready workers: 0 or 1 with the label of a worker",
            Samples((_, worker) => One(worker.State == WorkerState.Ready))),
        Counter($"{Prefix}restarts", "Restarts of workers after the end of their process", Counts(Restarts)),
        Counter($"{Prefix}cpu_seconds", "CPU time of processes of workers, as of each scrape",
            Counts(facts => Sums(facts, usage => usage.CpuSeconds))),
        Gauge($"{Prefix}memory_bytes", "Resident memory of processes of workers, without their children",
            Samples((facts, worker) => Of(facts, worker)?.Memory)),
        Counter($"{Prefix}connections_given", "Connections or datagrams that were steered to workers",
            Counts(facts => Shares(facts, count => count.Given))),
        Counter($"{Prefix}connections_migrated", "Connections that workers took over from others",
            Counts(facts => Shares(facts, count => count.Migrated))),
        Gauge($"{Prefix}connections_open", "Open connections, with those that wait to be accepted",
            Samples((facts, worker) => Of(facts, worker)?.Open)),
        Gauge("accept_queue_length", "Connections that wait to be accepted",
            Samples((facts, worker) => Of(facts, worker)?.Queue)),
        Gauge("accept_queue_limit", "The most connections that may wait to be accepted, the sum over the sockets",
            Samples((facts, worker) => Of(facts, worker)?.QueueLimit)),
        Counter("listen_drops", "Times that a connection found no room in the accept queue",
            Counts(facts => Sums(facts, usage => usage.Drops))),
    ];

    private static WorkerUsage? Of(MetricsFacts facts, WorkerSnapshot worker) => facts.Usage.GetValueOrDefault(worker.Name);

    /// <param name="value">Null if the value is not known: the sample is missing then.</param>
    private static Action<MetricsFacts, ISamples> Samples(Func<MetricsFacts, WorkerSnapshot, double?> value) => (facts, to) =>
    {
        var known = facts.Fleet.Workers.Select(worker => (worker.Name, Value: value(facts, worker)))
            .Where(one => one.Value is not null).Select(one => (one.Name, one.Value!.Value));
        if (facts.HasWorkerLabels) Write(to, known);
        else WriteSums(to, known);
    };

    /// <summary>
    /// The sums have the counts of workers that were scaled away, too. Else a sum would fall, which readers take for a new
    /// daemon.
    /// </summary>
    /// <param name="counts">Of each worker that a service has had. An unknown count is missing.</param>
    private static Action<MetricsFacts, ISamples> Counts(Func<MetricsFacts, IEnumerable<WorkerCount>> counts) => (facts, to) =>
    {
        if (facts.HasWorkerLabels)
        {
            var known = counts(facts).ToDictionary(one => one.Worker, one => one.Value);
            Write(to, facts.Fleet.Workers.Where(worker => known.ContainsKey(worker.Name))
                .Select(worker => (worker.Name, known[worker.Name])));
        }
        else
        {
            // A group of sockets may know workers of a service that was removed.
            var services = facts.Services;
            var known = counts(facts).Where(one => services.Contains(one.Worker.Service));
            WriteSums(to, known.Select(one => (one.Worker, one.Value)));
        }
    };

    private static void Write(ISamples to, IEnumerable<(WorkerName Worker, double Value)> samples)
    {
        foreach (var (worker, value) in samples)
            to.Add(
                value, new Label("service", worker.Service),
                new Label("worker", worker.Index.ToString(CultureInfo.InvariantCulture)));
    }

    private static void WriteSums(ISamples to, IEnumerable<(WorkerName Worker, double Value)> samples)
    {
        var sums = new Dictionary<string, double>();
        foreach (var (worker, value) in samples) sums[worker.Service] = sums.GetValueOrDefault(worker.Service) + value;
        foreach (var (service, sum) in sums.OrderBy(one => one.Key, StringComparer.Ordinal))
            to.Add(sum, new Label("service", service));
    }

    /// <summary>A worker without a restart has 0.</summary>
    private static IEnumerable<WorkerCount> Restarts(MetricsFacts facts)
    {
        var counts = new Dictionary<WorkerName, double>(facts.Fleet.Workers.Count);
        foreach (var worker in facts.Fleet.Workers) counts[worker.Name] = 0;
        foreach (var service in facts.Fleet.Totals!.Services)
            foreach (var (worker, count) in service.Restarts) counts[new WorkerName(service.Name, worker)] = count;
        return counts.Select(one => new WorkerCount(one.Key, one.Value));
    }

    private static IEnumerable<WorkerCount> Shares(MetricsFacts facts, Func<GivenCounts, ulong> count) =>
        facts.Shares.Counts.Select(one => new WorkerCount(one.Key, count(one.Value)));

    private static IEnumerable<WorkerCount> Sums(MetricsFacts facts, Func<WorkerUsage, double?> sum)
    {
        foreach (var (worker, usage) in facts.Usage)
            if (sum(usage) is { } known) yield return new WorkerCount(worker, known);
    }

    private readonly record struct WorkerCount(WorkerName Worker, double Value);
}
