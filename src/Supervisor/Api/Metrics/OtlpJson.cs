using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Reuseportd.Model;

namespace Reuseportd.Api.Metrics;

/// <summary>
/// Metrics as a request of OTLP/HTTP in its JSON encoding (opentelemetry.io, OTLP specification 1.5). Counters and histograms are
/// cumulative since the start of the daemon. Pure.
/// </summary>
internal sealed class OtlpJson : ISamples
{
    private const int Cumulative = 2; // AGGREGATION_TEMPORALITY_CUMULATIVE

    private readonly Utf8JsonWriter _to;
    private readonly string _start;
    private readonly string _now;
    private bool _isOpen;
    private MetricFamily _family = MetricFamilies.All[0];

    private OtlpJson(Utf8JsonWriter to, double start, DateTimeOffset now)
    {
        _to = to;
        _start = Nanoseconds(DateTimeOffset.UnixEpoch.AddSeconds(start));
        _now = Nanoseconds(now);
    }

    /// <param name="host">Name of the host, for the resource.</param>
    public static ReadOnlyMemory<byte> Write(MetricsFacts facts, string host, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var to = new Utf8JsonWriter(buffer);
        to.WriteStartObject();
        to.WriteStartArray("resourceMetrics");
        to.WriteStartObject();
        to.WriteStartObject("resource");
        WriteAttributes(
            to,
            [
                new Label("service.name", "reuseportd"), new Label("service.version", facts.Own.Version),
                new Label("host.name", host),
            ]);
        to.WriteEndObject();
        to.WriteStartArray("scopeMetrics");
        to.WriteStartObject();
        to.WriteStartObject("scope");
        to.WriteString("name", "reuseportd");
        to.WriteEndObject();
        to.WriteStartArray("metrics");
        var metrics = new OtlpJson(to, facts.Own.Started, now);
        foreach (var family in MetricFamilies.All) metrics.Write(family, facts);
        to.WriteEndArray();
        to.WriteEndObject();
        to.WriteEndArray();
        to.WriteEndObject();
        to.WriteEndArray();
        to.WriteEndObject();
        to.Flush();
        return buffer.WrittenMemory;
    }

    void ISamples.Add(double value, params ReadOnlySpan<Label> labels)
    {
        Begin(labels);
        _to.WriteNumber("asDouble", value);
        _to.WriteEndObject();
    }

    void ISamples.Add(HistogramValue value, params ReadOnlySpan<Label> labels)
    {
        Begin(labels);
        _to.WriteString("count", value.Counts.Sum().ToString(CultureInfo.InvariantCulture));
        _to.WriteNumber("sum", value.Sum);
        _to.WriteStartArray("bucketCounts");
        foreach (var count in value.Counts) _to.WriteStringValue(count.ToString(CultureInfo.InvariantCulture));
        _to.WriteEndArray();
        _to.WriteStartArray("explicitBounds");
        foreach (var bound in value.Bounds) _to.WriteNumberValue(bound);
        _to.WriteEndArray();
        _to.WriteEndObject();
    }

    /// <summary>A family without samples is left out.</summary>
    private void Write(MetricFamily family, MetricsFacts facts)
    {
        (_family, _isOpen) = (family, false);
        family.Collect(facts, this);
        if (!_isOpen) return;
        _to.WriteEndArray();
        if (family.Kind != MetricKind.Gauge) _to.WriteNumber("aggregationTemporality", Cumulative);
        if (family.Kind == MetricKind.Counter) _to.WriteBoolean("isMonotonic", true);
        _to.WriteEndObject();
        _to.WriteEndObject();
    }

    private void Begin(ReadOnlySpan<Label> labels)
    {
        if (!_isOpen) Open();
        _to.WriteStartObject();
        WriteAttributes(_to, labels);
        if (_family.Kind != MetricKind.Gauge) _to.WriteString("startTimeUnixNano", _start);
        _to.WriteString("timeUnixNano", _now);
    }

    private void Open()
    {
        _isOpen = true;
        _to.WriteStartObject();
        _to.WriteString("name", _family.Name);
        _to.WriteString("description", _family.Help);
        // Units of UCUM. Collectors append _ratio to the name of a gauge with the unit 1.
        if (_family.Unit is { } unit) _to.WriteString("unit", unit == "seconds" ? "s" : "By");
        _to.WriteStartObject(_family.Kind switch
        {
            MetricKind.Counter => "sum",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        });
        _to.WriteStartArray("dataPoints");
    }

    private static void WriteAttributes(Utf8JsonWriter to, ReadOnlySpan<Label> labels)
    {
        to.WriteStartArray("attributes");
        foreach (var label in labels)
        {
            to.WriteStartObject();
            to.WriteString("key", label.Name);
            to.WriteStartObject("value");
            to.WriteString("stringValue", label.Value);
            to.WriteEndObject();
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    private static string Nanoseconds(DateTimeOffset at) =>
        ((at - DateTimeOffset.UnixEpoch).Ticks * 100L).ToString(CultureInfo.InvariantCulture);
}
