using System.Buffers;
using System.Text;
using Reuseportd.Api.Http;
using Reuseportd.Api.Metrics;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Api.Metrics;

/// <summary>Facts of a fleet with one service of two workers, of which one is ready.</summary>
internal static class Sample
{
    /// <summary>A worker that was scaled away.</summary>
    private static readonly WorkerName Gone = new("web", 5);

    public static MetricsFacts Facts(bool hasWorkerLabels = true)
    {
        var spec = Specs.Service("web", 2);
        WorkerSnapshot[] workers =
        [
            // The slot was reset: the metric goes on.
            Worker(0, WorkerState.Ready) with
            {
                Restarts = 1, Pid = 100, Second = new SecondProcess(101, WorkerState.Draining, null),
            },
            Worker(1, WorkerState.Backoff),
        ];
        var service = new ServiceSnapshot(spec, spec, new ServiceOverrides(Runs: true, [], null));
        var fleet = new FleetSnapshot(TimeSpan.FromSeconds(10), default, [.. workers])
        {
            Services = [service],
            Totals = new FleetTotals([Totals()], new HistogramValue(Histogram.Delays, [1, .. new long[12]], 0.00005)),
        };
        var usage = new Dictionary<WorkerName, WorkerUsage>
        {
            [workers[0].Name] = new(1.5, 4096, 7, 2, 128, 1), [workers[1].Name] = new(0.5, null, null, null, null, 0),
            [Gone] = new(0.25, null, null, null, null, 2),
        };
        var shares = new Shared("ebpf", new Dictionary<WorkerName, GivenCounts>
        {
            [workers[0].Name] = new(100, 5), [Gone] = new(20, 1), [new WorkerName("removed", 0)] = new(7, 7),
        });
        return new MetricsFacts(
            fleet, shares, usage, new OwnUsage(0.25, 1024, 1_700_000_000, "1.2.3"), IsPending: true, hasWorkerLabels)
        {
            LostLines = [(LineLoss.RateLimit, 9), (LineLoss.Log, 0), (LineLoss.File, 1)],
        };
    }

    public static string[] Lines(bool isOpenMetrics, bool hasWorkerLabels = true)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MetricsText.Write(buffer, Facts(hasWorkerLabels), isOpenMetrics);
        return Encoding.UTF8.GetString(buffer.WrittenSpan).Split('\n');
    }

    private static WorkerSnapshot Worker(int index, WorkerState state) =>
        new(new WorkerName("web", index), state, null, 1, 0, null, null, null, []);

    private static ServiceTotals Totals()
    {
        HistogramValue none = new(Histogram.Times, [.. new long[15]], 0);
        HistogramValue starts = new(Histogram.Times, [0, 0, 0, 0, 0, 0, 0, 2, 1, .. new long[6]], 3.5);
        return new ServiceTotals(
            "web", Cut: 4, Stalls: 1, [(UpdateResult.Succeeded, 2), (UpdateResult.RolledBack, 1)], [("EADDRINUSE", 6)], starts,
            none, none)
        {
            Restarts = [(0, 3), (5, 2)],
        };
    }
}
