using Reuseportd.Model;

namespace Reuseportd.Api.Metrics;

internal enum MetricKind
{
    Gauge,
    Counter,
    Histogram,
}

/// <summary>A metric: its name, and how its samples are found.</summary>
/// <param name="Name">By the rules of Prometheus; a counter ends in <c>_total</c>, and a unit precedes that.</param>
/// <param name="Help">One sentence without a full stop.</param>
/// <param name="Collect">Adds the samples.</param>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Help, Action<MetricsFacts, ISamples> Collect)
{
    private const string Total = "_total";

    /// <summary>The name without the suffix of a counter: the name of the family in OpenMetrics.</summary>
    public string BaseName => Kind == MetricKind.Counter ? Name[..^Total.Length] : Name;

    /// <summary>seconds, bytes, or null without a unit.</summary>
    public string? Unit => Array.Find(["seconds", "bytes"], unit => BaseName.EndsWith($"_{unit}", StringComparison.Ordinal));
}

/// <summary>A label of a sample. Only its value needs an escape.</summary>
internal readonly record struct Label(string Name, string Value);

/// <summary>Takes the samples of one family.</summary>
internal interface ISamples
{
    void Add(double value, params ReadOnlySpan<Label> labels);

    void Add(HistogramValue value, params ReadOnlySpan<Label> labels);
}
