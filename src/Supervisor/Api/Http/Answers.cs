using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Runtime.Commands;

namespace Reuseportd.Api.Http;

/// <summary>Writes answers to clients.</summary>
internal static class Answers
{
    public static Task OkAsync<T>(HttpContext context, T document, JsonTypeInfo<T> type) =>
        WriteAsync(context, StatusCodes.Status200OK, document, type);

    public static Task WriteAsync<T>(HttpContext context, int status, T document, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, document, type, context.RequestAborted);
    }

    /// <summary>Runs a handler. Its exception becomes the answer, unless the answer has begun.</summary>
    public static async Task GuardAsync(HttpContext context, Func<Task> handler)
    {
        try
        {
            await handler();
        }
        catch (Problem problem) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, problem.Status, problem.Document, ContractJson.Default.ProblemDocument);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, bad.StatusCode, OfTransport(bad.StatusCode), ContractJson.Default.ProblemDocument);
        }
        catch (OperationCanceledException cancelled)
            when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            var why = cancelled is TakenOverException ? cancelled.Message : "the daemon is stopping";
            var stopping = new ProblemDocument(why, ProblemCode.Stopping);
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, stopping, ContractJson.Default.ProblemDocument);
        }
        catch (Exception gone)
            when (gone is SocketException
                || (gone is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested))
        {
            // The client has closed the connection, or the kernel has ended it: it acknowledged nothing for too long.
        }
    }

    private static ProblemDocument OfTransport(int status) => status == StatusCodes.Status413PayloadTooLarge
        ? new ProblemDocument($"the body is larger than {Requests.LargestBody >> 10} KiB", ProblemCode.TooLarge)
        : new ProblemDocument("the request is not understood", ProblemCode.Invalid);
}
