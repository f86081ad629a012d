using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;

namespace Reuseportd.Api.Public;

/// <summary>A route of the port for machines.</summary>
/// <param name="IsOpen">True if a request needs no token.</param>
internal sealed record PublicRoute(string Path, Func<HttpContext, Task> Handler, bool IsOpen = false)
{
    public AnswerKind Kind { get; init; }
}

/// <summary>The routes of the port that <c>listen</c> opens. All of them only read.</summary>
internal static class PublicApi
{
    public static IReadOnlyList<PublicRoute> Routes(
        MetricsHandler metrics, Health health, Func<HttpContext, Task> status, Func<HttpContext, Task> events,
        Func<HttpContext, Task> live) =>
    [
        new("/metrics", metrics.ServeAsync),
        Open("/healthz", health.TurnsAsync),
        Open("/readyz", health.IsReadyAsync),
        Open("/readyz/{service}", health.IsReadyAsync),
        new("/v1/status", status),
        new("/v1/events", events) { Kind = AnswerKind.Stream },
        new("/v1/live", live) { Kind = AnswerKind.Stream },
        .. Page.Routes,
    ];

    public static void Map(
        IEndpointRouteBuilder to, IReadOnlyList<PublicRoute> routes, Gatekeeper gatekeeper, AnswerLimits limits)
    {
        foreach (var route in routes) to.Map(route.Path, context => ServeAsync(context, route));
        to.MapFallback(context => ServeAsync(context, new PublicRoute("", NotFound)));

        Task ServeAsync(HttpContext context, PublicRoute route) => gatekeeper.ServeAsync(
            context, route.IsOpen, permitted => limits.ServeAsync(permitted, route.Kind, route.Handler));
    }

    private static PublicRoute Open(string path, Func<HttpContext, Task> handler) =>
        new(path, handler, IsOpen: true) { Kind = AnswerKind.Health };

    private static Task NotFound(HttpContext context) => throw new Problem(
        StatusCodes.Status404NotFound, new ProblemDocument($"there is no {context.Request.Path}", ProblemCode.Invalid));
}
