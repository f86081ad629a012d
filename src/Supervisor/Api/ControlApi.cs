using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reuseportd.Api.Contract;

namespace Reuseportd.Api;

/// <summary>The paths of the control socket.</summary>
internal static class ControlApi
{
    /// <param name="stopping">Canceled when the daemon is told to stop: the server waits for the answers that it owes.</param>
    public static void Map(IEndpointRouteBuilder routes, IFleetControl control, string version, CancellationToken stopping)
    {
        routes.MapGet("/v1/status", context => AnswerAsync(context, async () =>
        {
            var snapshot = await control.SnapshotAsync(context.RequestAborted);
            await AnswerAsync(context, StatusCodes.Status200OK, Documents.Of(snapshot, version), ContractJson.Default.StatusDocument);
        }));

        // A client that goes away does not stop a change half way.
        routes.MapPost("/v1/apply", context => AnswerAsync(context, async () =>
        {
            var result = await control.ApplyAsync(stopping);
            var status = result.Errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
            await AnswerAsync(context, status, Documents.Of(result), ContractJson.Default.ApplyDocument);
        }));

        routes.MapFallback(context => AnswerAsync(
            context, StatusCodes.Status404NotFound, new ProblemDocument($"there is no {context.Request.Method} {context.Request.Path}"), ContractJson.Default.ProblemDocument));
    }

    private static async Task AnswerAsync(HttpContext context, Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(
                context, StatusCodes.Status503ServiceUnavailable, new ProblemDocument("the daemon is stopping"), ContractJson.Default.ProblemDocument);
        }
    }

    private static Task AnswerAsync<T>(HttpContext context, int status, T document, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, document, type, context.RequestAborted);
    }
}
