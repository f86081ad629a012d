using System.Collections.Immutable;

namespace Reuseportd.Api.Live;

/// <summary>A service at one moment of the history.</summary>
/// <param name="Ready">Ready workers.</param>
/// <param name="Given">Connections a second since the sample before; null if they are not counted.</param>
/// <param name="Cpu">Percent of one CPU since the sample before; null if it is not known.</param>
internal readonly record struct HistoryPoint(int Ready, float? Given, float? Cpu);

/// <summary>All services at one moment of the history. Immutable.</summary>
/// <param name="At">On the daemon's monotonic clock.</param>
internal sealed record HistorySample(TimeSpan At, IReadOnlyList<string> Services, IReadOnlyList<HistoryPoint> Points)
{
    /// <summary>Ten minutes, with one sample every five seconds.</summary>
    public const int Most = 120;

    /// <summary>The history has no more services than these, so that its memory has a bound.</summary>
    public const int MostServices = 200;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <param name="former">The sums at the last sample; null for none.</param>
    public static HistorySample From(FleetSums? former, FleetSums sums)
    {
        string[] services = [.. sums.Services.Keys.Order(StringComparer.Ordinal).Take(MostServices)];
        return new HistorySample(sums.At, services, [.. services.Select(service => PointOf(former, sums, service))]);
    }

    /// <summary>Adds a sample to a history, and takes away the oldest one of a full history.</summary>
    public static ImmutableArray<HistorySample> Add(ImmutableArray<HistorySample> history, HistorySample next)
    {
        // Samples share the list of names, as it seldom changes.
        if (history.Length > 0 && history[^1].Services.SequenceEqual(next.Services))
            next = next with { Services = history[^1].Services };
        return history.Length < Most ? history.Add(next) : [.. history.AsSpan()[1..], next];
    }

    private static HistoryPoint PointOf(FleetSums? former, FleetSums sums, string service)
    {
        var now = sums.Services[service];
        var before = former?.Services.GetValueOrDefault(service);
        var time = sums.At - (former?.At ?? TimeSpan.Zero);
        return new HistoryPoint(
            now.Ready,
            (float?)Rates.Of(before?.Given, now.Given, time),
            (float?)Rates.Percent(before?.CpuSeconds, now.CpuSeconds, time));
    }
}
