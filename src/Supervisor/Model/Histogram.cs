namespace Reuseportd.Model;

/// <summary>Counts of durations in buckets. Not thread-safe.</summary>
/// <param name="bounds">Upper bounds of the buckets, inclusive, in seconds, rising. One more bucket has no bound.</param>
internal sealed class Histogram(ValueList<double> bounds)
{
    /// <summary>For times of processes.</summary>
    public static readonly ValueList<double> Times =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    /// <summary>For delays inside the daemon.</summary>
    public static readonly ValueList<double> Delays =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

    private readonly long[] _counts = new long[bounds.Count + 1];
    private double _sum;

    public void Observe(TimeSpan time)
    {
        var seconds = Math.Max(time.TotalSeconds, 0);
        var bucket = 0;
        while (bucket < bounds.Count && seconds > bounds[bucket]) bucket++;
        _counts[bucket]++;
        _sum += seconds;
    }

    public HistogramValue Take() => new(bounds, [.. _counts], _sum);

    /// <summary>Adds the counts of an earlier histogram. One with other buckets is ignored.</summary>
    public void Add(HistogramValue earlier)
    {
        if (earlier.Counts.Count != _counts.Length) return;
        for (var bucket = 0; bucket < _counts.Length; bucket++) _counts[bucket] += earlier.Counts[bucket];
        _sum += earlier.Sum;
    }
}

/// <summary>A histogram at one moment.</summary>
/// <param name="Counts">The count of each bucket alone, the last one without a bound.</param>
/// <param name="Sum">In seconds.</param>
internal sealed record HistogramValue(ValueList<double> Bounds, ValueList<long> Counts, double Sum);
