using System.Buffers;
using System.Globalization;
using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Api.Metrics;

/// <summary>
/// Metrics as text: Prometheus' format 0.0.4 or OpenMetrics 1.0.0. The formats differ in the name of a counter's family, in the
/// line of the unit, and in the last line. Pure.
/// </summary>
internal sealed class MetricsText(IBufferWriter<byte> to, bool isOpenMetrics) : ISamples
{
    private string _name = "";

    public static void Write(IBufferWriter<byte> to, MetricsFacts facts, bool isOpenMetrics)
    {
        var text = new MetricsText(to, isOpenMetrics);
        foreach (var family in MetricFamilies.All) text.Write(family, facts);
        if (isOpenMetrics) text.Put("# EOF\n");
    }

    void ISamples.Add(double value, params ReadOnlySpan<Label> labels) => Sample("", value, labels);

    void ISamples.Add(HistogramValue value, params ReadOnlySpan<Label> labels)
    {
        long count = 0;
        Span<Label> all = [.. labels, default];
        for (var bucket = 0; bucket < value.Counts.Count; bucket++)
        {
            count += value.Counts[bucket];
            all[^1] = new Label("le", bucket < value.Bounds.Count ? Bound(value.Bounds[bucket]) : "+Inf");
            Sample("_bucket", count, all);
        }

        Sample("_sum", value.Sum, labels);
        Sample("_count", count, labels);
    }

    private void Write(MetricFamily family, MetricsFacts facts)
    {
        var name = isOpenMetrics ? family.BaseName : family.Name;
        Put($"# HELP {name} {family.Help}\n");
        Put($"# TYPE {name} {TypeOf(family.Kind)}\n");
        if (isOpenMetrics && family.Unit is { } unit) Put($"# UNIT {name} {unit}\n");
        _name = family.Name;
        family.Collect(facts, this);
    }

    private void Sample(string suffix, double value, ReadOnlySpan<Label> labels)
    {
        Put(_name);
        Put(suffix);
        for (var index = 0; index < labels.Length; index++)
        {
            Put(index == 0 ? "{" : ",");
            Put(labels[index].Name);
            Put("=\"");
            Put(Escaped(labels[index].Value));
            Put("\"");
        }

        Put(labels.Length > 0 ? "} " : " ");
        const int longest = 32;
        value.TryFormat(to.GetSpan(longest), out var written, provider: CultureInfo.InvariantCulture);
        to.Advance(written);
        Put("\n");
    }

    private void Put(ReadOnlySpan<char> text)
    {
        var room = to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        to.Advance(Encoding.UTF8.GetBytes(text, room));
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    /// <summary>In the canonical form of OpenMetrics, <c>1.0</c>, so that both formats make the same series.</summary>
    private static string Bound(double bound)
    {
        var text = bound.ToString(CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : $"{text}.0";
    }

    private static string Escaped(string value) => value.AsSpan().ContainsAny('\\', '"', '\n')
        ? value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
        : value;
}
