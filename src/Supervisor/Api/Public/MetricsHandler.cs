using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Reuseportd.Api.Metrics;

namespace Reuseportd.Api.Public;

/// <summary>Handler of <c>/metrics</c>.</summary>
internal sealed class MetricsHandler(MetricsCollector collector)
{
    private const string OpenMetrics = "application/openmetrics-text";
    private const int MostAccepted = 32;

    public async Task ServeAsync(HttpContext context)
    {
        var isOpenMetrics = Prefers(context.Request.Headers.Accept);
        var metrics = await collector.CollectAsync(context.RequestAborted);
        context.Response.ContentType = isOpenMetrics
            ? $"{OpenMetrics}; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.Body.WriteAsync(metrics.TextOf(isOpenMetrics), context.RequestAborted);
    }

    /// <summary>True if the client wants OpenMetrics at least as much as any text.</summary>
    internal static bool Prefers(IList<string> accept)
    {
        if (accept.Count > MostAccepted || !MediaTypeHeaderValue.TryParseList(accept, out var types)) return false;
        var open = types.Where(type => type.MediaType == OpenMetrics).Select(QualityOf).DefaultIfEmpty(0).Max();
        var text = types.Where(type => type.MediaType == "text/plain").Select(QualityOf).DefaultIfEmpty(0).Max();
        return open > 0 && open >= text;
    }

    private static double QualityOf(MediaTypeHeaderValue type) => type.Quality ?? 1;
}
