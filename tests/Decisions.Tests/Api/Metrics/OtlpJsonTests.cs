using System.Text.Json;
using Reuseportd.Api.Metrics;

namespace Decisions.Tests.Api.Metrics;

public sealed class OtlpJsonTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Write_Resource_NamesDaemonAndHost()
    {
        using var document = Document();
        var attributes = document.RootElement.GetProperty("resourceMetrics")[0].GetProperty("resource").GetProperty("attributes");
        Assert.Equal(
            [("service.name", "reuseportd"), ("service.version", "1.2.3"), ("host.name", "web1")],
            attributes.EnumerateArray().Select(Label));
    }

    [Fact]
    public void Write_Counter_IsCumulativeAndMonotonic()
    {
        using var document = Document();
        var sum = Metric(document, "reuseportd_worker_restarts_total").GetProperty("sum");
        Assert.Equal(2, sum.GetProperty("aggregationTemporality").GetInt32());
        Assert.True(sum.GetProperty("isMonotonic").GetBoolean());
        var point = sum.GetProperty("dataPoints")[0];
        Assert.Equal(3, point.GetProperty("asDouble").GetDouble());
        Assert.Equal("1700000000000000000", point.GetProperty("startTimeUnixNano").GetString());
        Assert.Equal("1767323045000000000", point.GetProperty("timeUnixNano").GetString());
        Assert.Equal(
            [("service", "web"), ("worker", "0")], point.GetProperty("attributes").EnumerateArray().Select(Label));
    }

    [Fact]
    public void Write_Gauge_HasItsUnit()
    {
        using var document = Document();
        var metric = Metric(document, "reuseportd_worker_memory_bytes");
        Assert.Equal("By", metric.GetProperty("unit").GetString());
        Assert.Equal(4096, metric.GetProperty("gauge").GetProperty("dataPoints")[0].GetProperty("asDouble").GetDouble());
    }

    /// <summary>With the unit 1, collectors would name a gauge reuseportd_workers_ratio.</summary>
    [Fact]
    public void Write_ValueWithoutUnit_HasNone()
    {
        using var document = Document();
        Assert.False(Metric(document, "reuseportd_workers").TryGetProperty("unit", out _));
        Assert.Equal("s", Metric(document, "reuseportd_cpu_seconds_total").GetProperty("unit").GetString());
    }

    [Fact]
    public void Write_Histogram_HasOneCountMoreThanBounds()
    {
        using var document = Document();
        var point = Metric(document, "reuseportd_worker_start_seconds").GetProperty("histogram").GetProperty("dataPoints")[0];
        Assert.Equal("3", point.GetProperty("count").GetString());
        Assert.Equal(3.5, point.GetProperty("sum").GetDouble());
        Assert.Equal(
            point.GetProperty("explicitBounds").GetArrayLength() + 1, point.GetProperty("bucketCounts").GetArrayLength());
    }

    [Fact]
    public void Write_EachFamilyWithSamples_IsThereOnce()
    {
        using var document = Document();
        var names = Metrics(document).Select(metric => metric.GetProperty("name").GetString()).ToArray();
        Assert.Equal(names.Distinct(), names);
        Assert.Subset(MetricFamilies.All.Select(family => family.Name).ToHashSet(), names.ToHashSet()!);
    }

    private static JsonDocument Document() => JsonDocument.Parse(OtlpJson.Write(Sample.Facts(), "web1", Now));

    private static JsonElement.ArrayEnumerator Metrics(JsonDocument document) => document.RootElement
        .GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics").EnumerateArray();

    private static JsonElement Metric(JsonDocument document, string name) =>
        Metrics(document).Single(metric => metric.GetProperty("name").GetString() == name);

    private static (string?, string?) Label(JsonElement attribute) =>
        (attribute.GetProperty("key").GetString(), attribute.GetProperty("value").GetProperty("stringValue").GetString());
}
