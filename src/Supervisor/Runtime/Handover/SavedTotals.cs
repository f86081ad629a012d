using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Handover;

/// <summary>Counters that go on with the program that replaces the daemon.</summary>
internal sealed record SavedTotals(SavedServiceTotals[] Services, SavedHistogram LoopDelay)
{
    /// <summary>Lines that reached no destination, by reason.</summary>
    public Dictionary<LineLoss, long>? LostLines { get; init; }

    /// <summary>CPU seconds of workers; null if nobody has asked for them.</summary>
    public SavedTotal[]? Cpu { get; init; }

    /// <summary>Connections that found no room in accept queues of workers; null as <see cref="Cpu"/>.</summary>
    public SavedTotal[]? Drops { get; init; }

    /// <summary>CPU seconds of the daemon, with those of the daemons that it has replaced; null as <see cref="Given"/>.</summary>
    public double? OwnCpu { get; init; }

    /// <summary>The part of <see cref="OwnCpu"/> of other processes than the daemon's; null as <see cref="Given"/>.</summary>
    public double? FormerCpu { get; init; }

    /// <summary>Connections given to workers by groups that have ended; null in a state of an earlier version.</summary>
    public SavedGiven[]? Given { get; init; }

    public static SavedTotals Save(FleetTotals totals) =>
        new([.. totals.Services.Select(SavedServiceTotals.Save)], SavedHistogram.Save(totals.LoopDelay));
}

/// <summary>The sum of the counters of a worker's processes or sockets.</summary>
/// <param name="Gone">The sum of those that are gone.</param>
/// <param name="Present">The others, each with its number.</param>
internal sealed record SavedTotal(string Service, int Index, double Gone, Dictionary<ulong, double> Present);

/// <inheritdoc cref="GivenCounts"/>
internal sealed record SavedGiven(string Service, int Index, ulong Given, ulong Migrated)
{
    public static SavedGiven[] Save(IReadOnlyDictionary<WorkerName, GivenCounts> counts) =>
        [.. counts.Select(one => new SavedGiven(one.Key.Service, one.Key.Index, one.Value.Given, one.Value.Migrated))];

    public static IReadOnlyDictionary<WorkerName, GivenCounts> Restore(SavedGiven[]? saved) =>
        (saved ?? []).DistinctBy(one => one.Name).ToDictionary(one => one.Name, one => new GivenCounts(one.Given, one.Migrated));

    private WorkerName Name => new(Service, Index);
}

/// <param name="Updates">Counts by the name of the result.</param>
/// <param name="BindFailures">Counts by the name of the errno.</param>
internal sealed record SavedServiceTotals(
    string Name,
    long Cut,
    long Stalls,
    Dictionary<string, long> Updates,
    Dictionary<string, long> BindFailures,
    SavedHistogram Start,
    SavedHistogram Drain,
    SavedHistogram Restart)
{
    /// <summary>By the number of the worker; null in a state of an earlier version.</summary>
    public Dictionary<int, long>? Restarts { get; init; }

    public static SavedServiceTotals Save(ServiceTotals service) => new(
        service.Name, service.Cut, service.Stalls,
        service.Updates.ToDictionary(one => one.Result.ToString(), one => one.Count),
        service.BindFailures.ToDictionary(one => one.Errno, one => one.Count), SavedHistogram.Save(service.Start),
        SavedHistogram.Save(service.Drain), SavedHistogram.Save(service.Restart))
    {
        Restarts = service.Restarts.ToDictionary(one => one.Worker, one => one.Count),
    };

    /// <summary>Results that this program does not know are left out.</summary>
    public ServiceTotals Restore() => new(
        Name, Cut, Stalls,
        [
            .. Enum.GetValues<UpdateResult>()
                .Select(result => (result, Updates.GetValueOrDefault(result.ToString()))),
        ],
        [.. BindFailures.Select(one => (one.Key, one.Value))],
        Start.Restore(Histogram.Times), Drain.Restore(Histogram.Times), Restart.Restore(Histogram.Times))
    {
        Restarts = [.. (Restarts ?? []).Select(one => (one.Key, one.Value))],
    };

    /// <summary>False if a count is negative.</summary>
    public bool IsSound => Cut >= 0 && Stalls >= 0 && Updates.Values.Concat(BindFailures.Values).All(count => count >= 0)
        && (Restarts ?? []).Values.All(count => count >= 0)
        && Start.IsSound && Drain.IsSound && Restart.IsSound;
}

/// <param name="Counts">As of <see cref="HistogramValue"/>.</param>
internal sealed record SavedHistogram(long[] Counts, double Sum)
{
    public static SavedHistogram Save(HistogramValue histogram) => new([.. histogram.Counts], histogram.Sum);

    /// <inheritdoc cref="SavedServiceTotals.IsSound"/>
    public bool IsSound => Sum >= 0 && Array.TrueForAll(Counts, count => count >= 0);

    public HistogramValue Restore(ValueList<double> bounds) => new(bounds, [.. Counts], Sum);
}
