using Reuseportd.Api.Metrics;

namespace Decisions.Tests.Api.Metrics;

public sealed class MetricsTextTests
{
    [Theory]
    [InlineData("reuseportd_build_info{version=\"1.2.3\"} 1")]
    [InlineData("reuseportd_config_pending 1")]
    [InlineData("reuseportd_workers{service=\"web\",state=\"ready\"} 1")]
    [InlineData("reuseportd_workers{service=\"web\",state=\"backoff\"} 1")]
    [InlineData("reuseportd_workers{service=\"web\",state=\"failed\"} 0")]
    [InlineData("reuseportd_worker_processes{service=\"web\",state=\"ready\"} 1")]
    [InlineData("reuseportd_worker_processes{service=\"web\",state=\"draining\"} 1")]
    [InlineData("reuseportd_worker_processes{service=\"web\",state=\"starting\"} 0")]
    [InlineData("reuseportd_workers_wanted{service=\"web\"} 2")]
    [InlineData("reuseportd_worker_ready{service=\"web\",worker=\"1\"} 0")]
    [InlineData("reuseportd_worker_restarts_total{service=\"web\",worker=\"0\"} 3")]
    [InlineData("reuseportd_worker_cpu_seconds_total{service=\"web\",worker=\"0\"} 1.5")]
    [InlineData("reuseportd_worker_memory_bytes{service=\"web\",worker=\"0\"} 4096")]
    [InlineData("reuseportd_worker_connections_given_total{service=\"web\",worker=\"0\"} 100")]
    [InlineData("reuseportd_worker_connections_migrated_total{service=\"web\",worker=\"0\"} 5")]
    [InlineData("reuseportd_worker_connections_open{service=\"web\",worker=\"0\"} 7")]
    [InlineData("reuseportd_accept_queue_length{service=\"web\",worker=\"0\"} 2")]
    [InlineData("reuseportd_accept_queue_limit{service=\"web\",worker=\"0\"} 128")]
    [InlineData("reuseportd_listen_drops_total{service=\"web\",worker=\"0\"} 1")]
    [InlineData("reuseportd_connections_cut_total{service=\"web\"} 4")]
    [InlineData("reuseportd_stalls_total{service=\"web\"} 1")]
    [InlineData("reuseportd_updates_total{service=\"web\",result=\"succeeded\"} 2")]
    [InlineData("reuseportd_updates_total{service=\"web\",result=\"rolled_back\"} 1")]
    [InlineData("reuseportd_bind_failures_total{service=\"web\",errno=\"EADDRINUSE\"} 6")]
    [InlineData("reuseportd_log_lines_dropped_total{reason=\"rate_limit\"} 9")]
    [InlineData("reuseportd_worker_start_seconds_bucket{service=\"web\",le=\"1.0\"} 2")]
    [InlineData("reuseportd_worker_start_seconds_bucket{service=\"web\",le=\"2.5\"} 3")]
    [InlineData("reuseportd_worker_start_seconds_bucket{service=\"web\",le=\"+Inf\"} 3")]
    [InlineData("reuseportd_worker_start_seconds_sum{service=\"web\"} 3.5")]
    [InlineData("reuseportd_worker_start_seconds_count{service=\"web\"} 3")]
    [InlineData("reuseportd_loop_delay_seconds_bucket{le=\"0.0001\"} 1")]
    public void Write_HasTheSample(string line)
    {
        Assert.Contains(line, Sample.Lines(isOpenMetrics: false));
        Assert.Contains(line, Sample.Lines(isOpenMetrics: true));
    }

    [Fact]
    public void Write_UnknownValue_HasNoSample() => Assert.DoesNotContain(
        Sample.Lines(isOpenMetrics: false),
        line => line.StartsWith("reuseportd_worker_memory_bytes{service=\"web\",worker=\"1\"", StringComparison.Ordinal));

    [Theory]
    [InlineData("reuseportd_worker_ready{service=\"web\"} 1")]
    [InlineData("reuseportd_worker_restarts_total{service=\"web\"} 5")]
    [InlineData("reuseportd_worker_cpu_seconds_total{service=\"web\"} 2.25")]
    [InlineData("reuseportd_worker_memory_bytes{service=\"web\"} 4096")]
    [InlineData("reuseportd_worker_connections_given_total{service=\"web\"} 120")]
    [InlineData("reuseportd_worker_connections_migrated_total{service=\"web\"} 6")]
    [InlineData("reuseportd_listen_drops_total{service=\"web\"} 3")]
    [InlineData("reuseportd_worker_labels 0")]
    public void Write_WithoutWorkerLabels_HasTheSumOfTheService(string line)
    {
        var lines = Sample.Lines(isOpenMetrics: false, hasWorkerLabels: false);
        Assert.Contains(line, lines);
        Assert.DoesNotContain(lines, one => one.Contains("worker=", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, one => one.Contains("removed", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_WorkerWasScaledAway_HasNoSeries() => Assert.DoesNotContain(
        Sample.Lines(isOpenMetrics: false), one => one.Contains("worker=\"5\"", StringComparison.Ordinal));

    [Fact]
    public void Write_OpenMetrics_NamesFamiliesWithoutTotalAndEnds()
    {
        var lines = Sample.Lines(isOpenMetrics: true);
        Assert.Contains("# TYPE reuseportd_worker_cpu_seconds counter", lines);
        Assert.Contains("# UNIT reuseportd_worker_cpu_seconds seconds", lines);
        Assert.Equal(["# EOF", ""], lines[^2..]);
    }

    [Fact]
    public void Write_Prometheus_NamesFamiliesAsTheirSamples()
    {
        var lines = Sample.Lines(isOpenMetrics: false);
        Assert.Contains("# TYPE reuseportd_worker_cpu_seconds_total counter", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("# UNIT", StringComparison.Ordinal));
        Assert.DoesNotContain("# EOF", lines);
    }

    [Fact]
    public void Families_NamesAreUniqueAndHaveHelp()
    {
        Assert.Equal(MetricFamilies.All.Count, MetricFamilies.All.Select(family => family.Name).Distinct().Count());
        Assert.All(MetricFamilies.All, family => Assert.DoesNotContain('.', family.Help));
        Assert.All(MetricFamilies.All, family => Assert.Equal(
            family.Kind == MetricKind.Counter, family.Name.EndsWith("_total", StringComparison.Ordinal)));
    }
}
