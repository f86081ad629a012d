using System.Globalization;
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
        Gauge($"{Prefix}ready", "1 for a ready worker", Samples((_, worker) => One(worker.State == WorkerState.Ready))),
        Counter($"{Prefix}restarts", "Restarts of the worker after the end of its process",
            Samples((_, worker) => worker.Restarts)),
        Counter($"{Prefix}cpu_seconds", "CPU time of the worker's processes, as of each scrape",
            Samples((facts, worker) => Of(facts, worker)?.CpuSeconds)),
        Gauge($"{Prefix}memory_bytes", "Resident memory of the worker's process, without its children",
            Samples((facts, worker) => Of(facts, worker)?.Memory)),
        Counter($"{Prefix}connections_given", "Connections or datagrams that were steered to the worker",
            Samples((facts, worker) => facts.Shares.Counts.TryGetValue(worker.Name, out var count) ? count.Given : null)),
        Counter($"{Prefix}connections_migrated", "Connections that the worker took over from others",
            Samples((facts, worker) => facts.Shares.Counts.TryGetValue(worker.Name, out var count) ? count.Migrated : null)),
        Gauge($"{Prefix}connections_open", "Open connections, with those that wait to be accepted",
            Samples((facts, worker) => Of(facts, worker)?.Open)),
        Gauge("accept_queue_length", "Connections that wait to be accepted",
            Samples((facts, worker) => Of(facts, worker)?.Queue)),
        Gauge("accept_queue_limit", "The most connections that may wait to be accepted",
            Samples((facts, worker) => Of(facts, worker)?.QueueLimit)),
        Counter("listen_drops", "Connections that found no room in the accept queue",
            Samples((facts, worker) => Of(facts, worker)?.Drops)),
    ];

    private static WorkerUsage? Of(MetricsFacts facts, WorkerSnapshot worker) => facts.Usage.GetValueOrDefault(worker.Name);

    /// <param name="value">Null if the value is not known: the sample is missing then.</param>
    private static Action<MetricsFacts, ISamples> Samples(Func<MetricsFacts, WorkerSnapshot, double?> value) => (facts, to) =>
    {
        if (facts.HasWorkerLabels)
        {
            foreach (var worker in facts.Fleet.Workers)
                if (value(facts, worker) is { } known)
                    to.Add(
                        known, new Label("service", worker.Name.Service),
                        new Label("worker", worker.Name.Index.ToString(CultureInfo.InvariantCulture)));
            return;
        }

        foreach (var service in facts.Fleet.Workers.GroupBy(worker => worker.Name.Service))
        {
            double?[] known = [.. service.Select(worker => value(facts, worker)).Where(one => one is not null)];
            if (known.Length > 0) to.Add(known.Sum()!.Value, new Label("service", service.Key));
        }
    };
}
