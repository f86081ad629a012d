using System.Globalization;
using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Metrics;

/// <summary>All metrics of the daemon, in the order of their output. Pure.</summary>
internal static class MetricFamilies
{
    public static readonly IReadOnlyList<MetricFamily> All =
    [
        Gauge("build_info", "Version of the daemon", (facts, to) => to.Add(1, new Label("version", facts.Own.Version))),
        Gauge(
            "start_time_seconds", "Start of the daemon, in seconds of the Unix clock", (facts, to) => to.Add(facts.Own.Started)),
        Counter("cpu_seconds", "CPU time of the daemon", (facts, to) => to.Add(facts.Own.CpuSeconds)),
        Gauge("memory_bytes", "Resident memory of the daemon", (facts, to) => to.Add(facts.Own.Memory)),
        new("reuseportd_loop_delay_seconds", MetricKind.Histogram, "Times that messages waited for the loop of the daemon",
            (facts, to) => to.Add(facts.Fleet.Totals!.LoopDelay)),
        Gauge("config_pending", "1 if the files differ from the running services", (facts, to) => to.Add(One(facts.IsPending))),
        Gauge("host_ready", "1 if load balancers should send connections to this host",
            (facts, to) => to.Add(One(HostReadiness.Of(facts.Fleet).IsReady))),
        Gauge("worker_labels", "1 if the metrics of workers have a label for the worker",
            (facts, to) => to.Add(One(facts.HasWorkerLabels))),
        .. ServiceFamilies.All,
        .. WorkerFamilies.All,
        Counter("log_lines_dropped", "Lines of workers that reached no destination", (facts, to) =>
        {
            foreach (var (reason, count) in facts.LostLines) to.Add(count, new Label("reason", Word(reason.ToString())));
        }),
    ];

    internal static MetricFamily Gauge(string name, string help, Action<MetricsFacts, ISamples> collect) =>
        new($"reuseportd_{name}", MetricKind.Gauge, help, collect);

    internal static MetricFamily Counter(string name, string help, Action<MetricsFacts, ISamples> collect) =>
        new($"reuseportd_{name}_total", MetricKind.Counter, help, collect);

    internal static double One(bool isTrue) => isTrue ? 1 : 0;

    /// <summary>The name of a value of an enumeration as a label has it: <c>rolled_back</c>.</summary>
    internal static string Word(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
