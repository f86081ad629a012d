using System.Net.Http.Headers;
using Reuseportd.Api.Metrics;
using Reuseportd.Observability.Events;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// Sends the metrics to a collector of OpenTelemetry, by OTLP/HTTP. Counters are cumulative, so a request that fails loses no
/// count.
/// </summary>
/// <param name="endpoint">The base URL of the collector, such as <c>http://127.0.0.1:4318</c>.</param>
internal sealed class OtlpExporter(MetricsCollector collector, Uri endpoint, TimeProvider time, ILogger log) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 64 << 10,
    };

    private readonly Uri _metrics = new($"{endpoint.ToString().TrimEnd('/')}/v1/metrics");
    private bool _isFailing;

    /// <summary>Sends until the end of the daemon.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (true)
            {
                await SendAsync(stopping);
                await timer.WaitForNextTickAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(CancellationToken stopping)
    {
        var obstacle = await TrySendAsync(stopping);
        if (obstacle is not null && !_isFailing) log.NotExported(_metrics.ToString(), obstacle);
        else if (obstacle is null && _isFailing) log.Exported(_metrics.ToString());
        _isFailing = obstacle is not null;
    }

    /// <returns>The reason of a failure; null on success.</returns>
    private async Task<string?> TrySendAsync(CancellationToken stopping)
    {
        try
        {
            var facts = (await collector.CollectAsync(stopping)).Facts;
            using var content = new ReadOnlyMemoryContent(OtlpJson.Write(facts, Environment.MachineName, time.GetUtcNow()));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await _http.PostAsync(_metrics, content, stopping);
            return answer.IsSuccessStatusCode ? null : $"HTTP {(int)answer.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            return failure.HttpRequestError.ToString();
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }
}
