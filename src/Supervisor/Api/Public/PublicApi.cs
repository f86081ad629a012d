using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;

namespace Reuseportd.Api.Public;

/// <summary>A route of the port for machines.</summary>
/// <param name="IsOpen">True if a request needs no token.</param>
internal sealed record PublicRoute(string Path, Func<HttpContext, Task> Handler, bool IsOpen = false);

/// <summary>The routes of the port that <c>listen</c> opens. All of them only read.</summary>
internal static class PublicApi
{
    public static IReadOnlyList<PublicRoute> Routes(
        MetricsHandler metrics, Health health, Func<HttpContext, Task> status, Func<HttpContext, Task> events,
        Func<HttpContext, Task> live) =>
    [
        new("/metrics", metrics.ServeAsync),
        new("/healthz", health.TurnsAsync, IsOpen: true),
        new("/readyz", health.IsReadyAsync, IsOpen: true),
        new("/readyz/{service}", health.IsReadyAsync, IsOpen: true),
        new("/v1/status", status),
        new("/v1/events", events),
        new("/v1/live", live),
        .. Page.Routes,
    ];

    public static void Map(IEndpointRouteBuilder to, IReadOnlyList<PublicRoute> routes, Gatekeeper gatekeeper)
    {
        foreach (var route in routes)
            to.Map(route.Path, context => gatekeeper.ServeAsync(context, route.IsOpen, route.Handler));
        to.MapFallback(context => gatekeeper.ServeAsync(context, isOpen: false, NotFound));
    }

    private static Task NotFound(HttpContext context) => throw new Problem(
        StatusCodes.Status404NotFound, new ProblemDocument($"there is no {context.Request.Path}", ProblemCode.Invalid));
}
