using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using static Reuseportd.Api.Metrics.MetricFamilies;

namespace Reuseportd.Api.Metrics;

/// <summary>Metrics of services.</summary>
internal static class ServiceFamilies
{
    private static readonly WorkerState[] States = Enum.GetValues<WorkerState>();

    /// <summary>The states of a worker that has a process.</summary>
    private static readonly WorkerState[] ProcessStates =
        [WorkerState.Starting, WorkerState.Ready, WorkerState.Draining, WorkerState.Stopping];

    public static readonly IReadOnlyList<MetricFamily> All =
    [
        Gauge("service_ready", "1 if load balancers should send connections to this service of the host",
            (facts, to) =>
            {
                foreach (var (service, readiness) in HostReadiness.Each(facts.Fleet)) to.Add(One(readiness.IsReady), Of(service));
            }),
        Gauge("workers", "Workers in each state", Workers),
        Gauge("worker_processes", "Processes of workers in each state, with replacements that start and former ones that drain",
            Processes),
        Gauge("workers_wanted", "Workers that should run",
            (facts, to) => Each(facts, to, service => service.Overrides.Wanted(service.Spec.Workers))),
        Gauge("update_workers", "Workers of the update that runs or is paused; 0 without an update",
            (facts, to) => Each(facts, to, service => service.Update?.Count ?? 0)),
        Gauge("update_workers_replaced", "Workers that this update has replaced",
            (facts, to) => Each(facts, to, service => service.Update?.Done ?? 0)),
        Counter("updates", "Updates that have ended, by result", (facts, to) =>
        {
            foreach (var service in facts.Fleet.Totals!.Services)
                foreach (var (result, count) in service.Updates)
                    to.Add(count, Of(service), new Label("result", Word(result.ToString())));
        }),
        Counter("connections_cut", "Connections that ends of processes cut", (facts, to) => Each(facts, to, one => one.Cut)),
        Counter(
            "stalls", "Times that a worker accepted nothing while others did", (facts, to) => Each(facts, to, one => one.Stalls)),
        Counter("bind_failures", "Failed calls of bind and listen, by errno", (facts, to) =>
        {
            foreach (var service in facts.Fleet.Totals!.Services)
                foreach (var (errno, count) in service.BindFailures) to.Add(count, Of(service), new Label("errno", errno));
        }),
        Histogram("worker_start_seconds", "Times from the start of a process to its readiness", service => service.Start),
        Histogram("worker_drain_seconds", "Times that processes drained", service => service.Drain),
        Histogram(
            "worker_restart_seconds", "Times from the end of a worker's process to the readiness of the next one",
            service => service.Restart),
    ];

    private static void Workers(MetricsFacts facts, ISamples to)
    {
        var counts = facts.Fleet.Workers.CountBy(worker => (worker.Name.Service, worker.State)).ToDictionary();
        foreach (var service in facts.Fleet.Services)
            foreach (var state in States)
                to.Add(
                    counts.GetValueOrDefault((service.Spec.Name, state)), Of(service), new Label("state", StateWords.Of(state)));
    }

    private static void Processes(MetricsFacts facts, ISamples to)
    {
        var own = facts.Fleet.Workers.Where(worker => worker.Pid is not null)
            .Select(worker => (worker.Name.Service, worker.State));
        var second = facts.Fleet.Workers.Where(worker => worker.Second is not null)
            .Select(worker => (worker.Name.Service, worker.Second!.State));
        var counts = own.Concat(second).CountBy(one => one).ToDictionary();
        foreach (var service in facts.Fleet.Services)
            foreach (var state in ProcessStates)
                to.Add(
                    counts.GetValueOrDefault((service.Spec.Name, state)), Of(service), new Label("state", StateWords.Of(state)));
    }

    private static MetricFamily Histogram(string name, string help, Func<ServiceTotals, HistogramValue> of) =>
        new($"reuseportd_{name}", MetricKind.Histogram, help, (facts, to) =>
        {
            foreach (var service in facts.Fleet.Totals!.Services) to.Add(of(service), Of(service));
        });

    private static void Each(MetricsFacts facts, ISamples to, Func<ServiceSnapshot, double> value)
    {
        foreach (var service in facts.Fleet.Services) to.Add(value(service), Of(service));
    }

    private static void Each(MetricsFacts facts, ISamples to, Func<ServiceTotals, long> value)
    {
        foreach (var service in facts.Fleet.Totals!.Services) to.Add(value(service), Of(service));
    }

    private static Label Of(ServiceSnapshot service) => new("service", service.Spec.Name);

    private static Label Of(ServiceTotals service) => new("service", service.Name);
}
