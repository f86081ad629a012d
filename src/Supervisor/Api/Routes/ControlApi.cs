using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Api.Streams;
using Reuseportd.Linux.Users;
using Reuseportd.Runtime.Commands;

namespace Reuseportd.Api.Routes;

/// <summary>A route of the API.</summary>
/// <param name="Needs">The rights that the client needs.</param>
internal sealed record Route(string Method, string Path, Access Needs, Func<HttpContext, Task> Handler);

/// <summary>The routes of the control socket.</summary>
internal static class ControlApi
{
    public static IReadOnlyList<Route> Routes(Queries queries, Commands commands, EventStream events, LogStream logs) =>
    [
        new(HttpMethods.Get, "/v1/status", Access.Read, queries.StatusAsync),
        new(HttpMethods.Get, "/v1/services/{name}", Access.Read, queries.ServiceAsync),
        new(HttpMethods.Get, "/v1/binds", Access.Read, queries.BindsAsync),
        new(HttpMethods.Get, "/v1/check", Access.Read, queries.CheckAsync),
        new(HttpMethods.Get, "/v1/diff", Access.Read, queries.DiffAsync),
        new(HttpMethods.Get, "/v1/events", Access.Read, events.ServeAsync),
        new(HttpMethods.Get, "/v1/logs", Access.Read, logs.ServeAsync),
        new(HttpMethods.Get, "/v1/openapi.json", Access.Read, Queries.OpenApiAsync),
        new(HttpMethods.Post, "/v1/start", Access.Change, commands.For(new FleetCommand.Start())),
        new(HttpMethods.Post, "/v1/stop", Access.Change, commands.For(new FleetCommand.Stop())),
        new(HttpMethods.Post, "/v1/restart", Access.Change, commands.For(new FleetCommand.Restart())),
        new(HttpMethods.Post, "/v1/rollback", Access.Change, commands.For(new FleetCommand.Rollback())),
        new(HttpMethods.Post, "/v1/pause", Access.Change, commands.For(new FleetCommand.Pause())),
        new(HttpMethods.Post, "/v1/resume", Access.Change, commands.For(new FleetCommand.Resume())),
        new(HttpMethods.Post, "/v1/reload", Access.Change, commands.For(new FleetCommand.Reload())),
        new(HttpMethods.Post, "/v1/reset", Access.Change, commands.For(new FleetCommand.Reset())),
        new(HttpMethods.Post, "/v1/signal", Access.Change, commands.SignalAsync),
        new(HttpMethods.Post, "/v1/services/{name}/scale", Access.Change, commands.ScaleAsync),
        new(HttpMethods.Post, "/v1/apply", Access.Change, commands.ApplyAsync),
        new(HttpMethods.Post, "/v1/drain", Access.Change, commands.DrainAsync),
        new(HttpMethods.Post, "/v1/undrain", Access.Change, commands.UndrainAsync),
        new(HttpMethods.Post, "/v1/reexec", Access.Change, commands.ReexecAsync),
    ];

    public static void Map(IEndpointRouteBuilder to, IReadOnlyList<Route> routes, AccessRule rule)
    {
        foreach (var route in routes) to.MapMethods(route.Path, [route.Method], Guarded(route.Needs, rule, route.Handler));
        to.MapFallback(Guarded(Access.Read, rule, NotFound));
    }

    private static RequestDelegate Guarded(Access needs, AccessRule rule, Func<HttpContext, Task> handler) =>
        context => Answers.GuardAsync(context, () => ServeAsync(context, needs, rule, handler));

    private static async Task ServeAsync(HttpContext context, Access needs, AccessRule rule, Func<HttpContext, Task> handler)
    {
        var admission = AdmittedConnection.BeginRequest(context);
        if (admission.Access < needs)
            throw Refused(rule.Refusal(admission.Peer!, admission.Access, UserDatabase.Described));
        using var turn = await admission.TurnAsync(context.RequestAborted);
        await handler(context);
    }

    private static Problem Refused(string why) =>
        new(StatusCodes.Status403Forbidden, new ProblemDocument(why, ProblemCode.Refused));

    private static Task NotFound(HttpContext context) => throw new Problem(
        StatusCodes.Status404NotFound,
        new ProblemDocument($"there is no {context.Request.Method} {context.Request.Path}", ProblemCode.Invalid));
}
