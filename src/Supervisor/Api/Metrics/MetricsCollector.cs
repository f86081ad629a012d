using System.Buffers;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Api.Metrics;

/// <summary>
/// Collects the metrics. Requests within a short time share one result, so many scrapers cost the loop as much as one.
/// </summary>
/// <param name="perWorker">
/// True or false for labels of workers in any case; null for up to <see cref="MostLabelled"/> workers.
/// </param>
/// <param name="started">The time at which the counters began, in seconds of the Unix clock.</param>
internal sealed class MetricsCollector(
    IFleetControl control, UsageReader usage, LostLines lost, bool? perWorker, double started, string version, TimeProvider time)
{
    /// <summary>Prometheus keeps a series for each worker and metric.</summary>
    public const int MostLabelled = 1000;

    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private Collection? _newest;

    /// <summary>Of the last collection, if the number of workers decides.</summary>
    private bool _hasLabels = true;

    /// <summary>Is told that the labels of workers are gone (false) or there again (true), and the number of workers.</summary>
    public Action<bool, int>? LabelsChanged { get; init; }

    /// <param name="cancellation">Ends the wait, and not the collection, which others may wait for.</param>
    public Task<CollectedMetrics> CollectAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var known = Volatile.Read(ref _newest);
            if (known is not null && IsUsable(known)) return known.Done.Task.WaitAsync(cancellation);
            var mine = new Collection(time.GetTimestamp());
            if (Interlocked.CompareExchange(ref _newest, mine, known) != known) continue;
            _ = Task.Run(() => CollectAsync(mine.Done), CancellationToken.None);
            return mine.Done.Task.WaitAsync(cancellation);
        }
    }

    private bool IsUsable(Collection known) => !known.Done.Task.IsCompleted
        || (known.Done.Task.IsCompletedSuccessfully && time.GetElapsedTime(known.Begun) < Fresh);

    private async Task CollectAsync(TaskCompletionSource<CollectedMetrics> done)
    {
        try
        {
            done.SetResult(await CollectAsync());
        }
#pragma warning disable CA1031 // The requests that wait throw it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            done.SetException(fault);
        }
    }

    private async Task<CollectedMetrics> CollectAsync()
    {
        var fleet = await control.SnapshotAsync(CancellationToken.None);
        var shares = await control.SharesAsync(CancellationToken.None);
        var reading = await control.ReadAsync(anew: false, CancellationToken.None);
        var hasLabels = perWorker ?? HasLabels(fleet.Workers.Count);
        return new CollectedMetrics(new MetricsFacts(
            fleet, shares, usage.Read(fleet, withProcesses: hasLabels), Own(),
            ConfigurationDiff.IsPending(fleet.Services, reading.Fleet), hasLabels)
        {
            LostLines = [.. Enum.GetValues<LineLoss>().Select(reason => (reason, lost.Of(reason)))],
        });
    }

    private bool HasLabels(int workers)
    {
        var has = workers <= MostLabelled;
        if (has != _hasLabels) LabelsChanged?.Invoke(has, workers);
        return _hasLabels = has;
    }

    private OwnUsage Own()
    {
        var (cpu, memory) = usage.Own();
        return new OwnUsage(cpu, memory, started, version);
    }

    /// <summary>At most one is under way.</summary>
    private sealed record Collection(long Begun)
    {
        public TaskCompletionSource<CollectedMetrics> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Metrics at one moment, and their texts.</summary>
internal sealed class CollectedMetrics(MetricsFacts facts)
{
    private readonly Lazy<ReadOnlyMemory<byte>> _text = new(() => Text(facts, isOpenMetrics: false));
    private readonly Lazy<ReadOnlyMemory<byte>> _openMetrics = new(() => Text(facts, isOpenMetrics: true));

    public MetricsFacts Facts => facts;

    public ReadOnlyMemory<byte> TextOf(bool isOpenMetrics) => (isOpenMetrics ? _openMetrics : _text).Value;

    private static ReadOnlyMemory<byte> Text(MetricsFacts facts, bool isOpenMetrics)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MetricsText.Write(buffer, facts, isOpenMetrics);
        return buffer.WrittenMemory;
    }
}
