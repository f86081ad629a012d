using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>The daemon sends its metrics to a collector.</summary>
public sealed class OtlpTests : DaemonTest
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Export_CollectorFailsOnce_SendsAgainAfterTheIntervalAndLosesNoCount()
    {
        using var collector = new HttpListener();
        collector.Prefixes.Add($"http://{Daemon.Site.AddressOf(2)}:{Port}/");
        collector.Start();
        Daemon.Folder.Write("etc/reuseportd.yaml", $"otlp_endpoint: 'http://{Daemon.Site.AddressOf(2)}:{Port}'\n");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                restart: { delay: 50ms, jitter: 0 }
                reuseport: { ports: [{{Port}}] }
            """);
        var answered = AnswerAsync(collector, HttpStatusCode.ServiceUnavailable);
        await Daemon.StartAsync();
        var first = await answered;
        var time = Stopwatch.StartNew();
        Assert.Equal("HTTP 503", (await Daemon.EventAsync("not_exported"))["REUSEPORT_REASON"]);
        Processes.Signal(Daemon.PidOf("web@0"), Processes.Kill);
        await Daemon.EventAsync("ready", "web@0", after: await Daemon.EventAsync("exit", "web@0"));

        var second = await AnswerAsync(collector, HttpStatusCode.OK);
        Assert.InRange(time.Elapsed, Interval - TimeSpan.FromSeconds(2), Deadline.Patience);
        await Daemon.EventAsync("exported");
        Assert.Single(Daemon.Events("not_exported"));
        var (before, after) = (PointOf(first), PointOf(second));
        Assert.Equal((0.0, 1.0), ((double)before["asDouble"]!, (double)after["asDouble"]!));
        Assert.Equal($"{before["startTimeUnixNano"]}", $"{after["startTimeUnixNano"]}");
        Assert.InRange(Nanoseconds(before), Nanoseconds(before, "startTimeUnixNano"), Nanoseconds(after) - 1);
        Assert.Null(Metric(second, "reuseportd_workers")["unit"]);
    }

    /// <summary>Takes one request and answers it.</summary>
    private static async Task<JsonNode> AnswerAsync(HttpListener collector, HttpStatusCode status)
    {
        var context = await collector.GetContextAsync().WaitAsync(Deadline.Patience);
        Assert.Equal(("POST", "/v1/metrics"), (context.Request.HttpMethod, context.Request.Url!.AbsolutePath));
        Assert.Equal("application/json", context.Request.ContentType);
        using var body = new StreamReader(context.Request.InputStream);
        var metrics = JsonNode.Parse(await body.ReadToEndAsync())!;
        context.Response.StatusCode = (int)status;
        context.Response.Close();
        return metrics;
    }

    private static JsonNode Metric(JsonNode request, string name)
    {
        var metrics = request["resourceMetrics"]![0]!["scopeMetrics"]![0]!["metrics"]!.AsArray();
        return metrics.Single(metric => $"{metric!["name"]}" == name)!;
    }

    private static JsonNode PointOf(JsonNode request) =>
        Metric(request, "reuseportd_worker_restarts_total")["sum"]!["dataPoints"]!.AsArray().Single()!;

    private static long Nanoseconds(JsonNode point, string name = "timeUnixNano") =>
        long.Parse($"{point[name]}", CultureInfo.InvariantCulture);
}
