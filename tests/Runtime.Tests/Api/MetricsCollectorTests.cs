using System.Globalization;
using System.Text;
using Reuseportd.Api.Http;
using Reuseportd.Api.Metrics;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Api;

/// <summary>The labels of workers with <c>metrics_per_worker: auto</c>.</summary>
public sealed class MetricsCollectorTests
{
    private const string Labels = "reuseportd_worker_labels";

    private readonly MovableTime _time = new();
    private readonly SizedFleet _fleet = new();
    private readonly List<(bool AreThere, int Workers)> _changes = [];

    [Fact]
    public async Task Auto_MoreThan1000Workers_LabelsGoAndComeBackAndNoCounterFalls()
    {
        var collector = Collector(perWorker: null);
        Dictionary<string, double>[] scrapes =
        [
            await CollectAsync(collector, 1000), await CollectAsync(collector, 1001), await CollectAsync(collector, 1001),
            await CollectAsync(collector, 1000), await CollectAsync(collector, 1001),
        ];
        foreach (var labelled in (int[])[0, 3])
        {
            Assert.Equal(1, scrapes[labelled][Labels]);
            Assert.Equal(1000, scrapes[labelled].Keys.Count(series => series.StartsWith(
                "reuseportd_worker_restarts_total{service=\"web\",worker=\"", StringComparison.Ordinal)));
        }

        foreach (var summed in (int[])[1, 2, 4])
        {
            Assert.Equal(0, scrapes[summed][Labels]);
            Assert.DoesNotContain(scrapes[summed].Keys, series => series.Contains("worker=", StringComparison.Ordinal));
        }

        AssertNoneFell(scrapes[0], scrapes[3]);
        AssertNoneFell(scrapes[1], scrapes[2]);
        AssertNoneFell(scrapes[2], scrapes[4]);
        Assert.Equal([(false, 1001), (true, 1000), (false, 1001)], _changes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chosen_AnyNumberOfWorkers_LabelsStay(bool perWorker)
    {
        var collector = Collector(perWorker);
        foreach (var workers in (int[])[1, 1001])
            Assert.Equal(perWorker ? 1 : 0, (await CollectAsync(collector, workers))[Labels]);
        Assert.Empty(_changes);
    }

    private MetricsCollector Collector(bool? perWorker) =>
        new(_fleet, new UsageReader(_ => null), new LostLines(), perWorker, 0, "test", _time)
        {
            LabelsChanged = (areThere, workers) => _changes.Add((areThere, workers)),
        };

    /// <summary>The samples of a scrape that shares no earlier collection.</summary>
    private async Task<Dictionary<string, double>> CollectAsync(MetricsCollector collector, int workers)
    {
        _fleet.Resize(workers);
        _time.Advance(TimeSpan.FromSeconds(1));
        var metrics = await collector.CollectAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(metrics.TextOf(isOpenMetrics: false).Span).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static void AssertNoneFell(Dictionary<string, double> before, Dictionary<string, double> after)
    {
        string[] counters = [.. before.Keys.Where(series => series.Contains("_total", StringComparison.Ordinal))];
        Assert.NotEmpty(counters);
        foreach (var series in counters) Assert.InRange(after[series], before[series], double.MaxValue);
    }

    /// <summary>A service whose counters grow with each change of its size. All workers have the process of the test.</summary>
    private sealed class SizedFleet : IFleetControl
    {
        private int _workers;
        private int _largest;
        private int _changes;

        public void Resize(int workers)
        {
            (_workers, _largest) = (workers, Math.Max(_largest, workers));
            _changes++;
        }

        public Task<FleetSnapshot> SnapshotAsync(CancellationToken cancellation)
        {
            var spec = Given.Sleepers("web", _workers);
            HistogramValue none = new(Histogram.Times, [.. new long[15]], 0);
            var totals = new ServiceTotals("web", 0, 0, [], [], none, none, none)
            {
                Restarts = [.. Enumerable.Range(0, _largest).Select(number => (number, (long)_changes))],
            };
            return Task.FromResult(new FleetSnapshot(
                TimeSpan.FromSeconds(_changes), default, [.. Enumerable.Range(0, _workers).Select(Worker)])
            {
                Services = [new ServiceSnapshot(spec, spec, new ServiceOverrides(Runs: true, [], null))],
                Totals = new FleetTotals([totals], new HistogramValue(Histogram.Delays, [.. new long[13]], 0)),
            });
        }

        public Task<Shared> SharesAsync(CancellationToken cancellation) => Task.FromResult(new Shared(
            "ebpf",
            Enumerable.Range(0, _largest).ToDictionary(
                number => new WorkerName("web", number), _ => new GivenCounts((ulong)_changes, (ulong)_changes))));

        public Task<ConfigurationReading> ReadAsync(bool anew, CancellationToken cancellation) =>
            Task.FromResult(new ConfigurationReading(null, [], [], []));

        public Task<ApplyResult> ApplyAsync(TimeSpan? timeout, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<CommandResult> CommandAsync(
            FleetCommand command, ValueList<NamePattern> names, bool wait, TimeSpan? timeout, string by,
            CancellationToken cancellation) => throw new NotSupportedException();

        public Task<string?> ReplaceAsync(TimeSpan timeout, CancellationToken cancellation) =>
            throw new NotSupportedException();

        private static WorkerSnapshot Worker(int number) =>
            new(new WorkerName("web", number), WorkerState.Ready, Environment.ProcessId, 1, 0, null, null, null, []);
    }
}
