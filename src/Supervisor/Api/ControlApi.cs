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
    public static void Map(IEndpointRouteBuilder routes, IFleetControl control, string version)
    {
        routes.MapGet("/v1/status", async context =>
        {
            var snapshot = await control.SnapshotAsync(context.RequestAborted);
            await AnswerAsync(context, StatusCodes.Status200OK, Documents.Of(snapshot, version), ContractJson.Default.StatusDocument);
        });

        // A client that goes away does not stop a change half way.
        routes.MapPost("/v1/apply", async context =>
        {
            var result = await control.ApplyAsync(CancellationToken.None);
            var status = result.Errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
            await AnswerAsync(context, status, Documents.Of(result), ContractJson.Default.ApplyDocument);
        });

        routes.MapFallback(context => AnswerAsync(
            context, StatusCodes.Status404NotFound, new ProblemDocument($"there is no {context.Request.Method} {context.Request.Path}"), ContractJson.Default.ProblemDocument));
    }

    private static Task AnswerAsync<T>(HttpContext context, int status, T document, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, document, type, context.RequestAborted);
    }
}
