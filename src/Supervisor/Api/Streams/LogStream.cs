using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Api.Streams;

/// <summary>Handler of <c>GET /v1/logs</c>: the newest output of workers, and with <c>follow</c> all further output.</summary>
internal sealed class LogStream(IFleetControl control, OutputRetention output, TimeProvider time, StreamEnd ending)
{
    private const long DefaultLines = 100;
    private const long MostLines = 10_000;

    /// <summary>Each request holds a copy of the retained output while it sorts the lines.</summary>
    private const int MostSorting = 4;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private int _sorting;

    public async Task ServeAsync(HttpContext context)
    {
        var names = Requests.Names(context);
        if (names.Count > 0) _ = Chosen.From(await control.SnapshotAsync(context.RequestAborted), names);
        var lines = (int)(Requests.Number(context, "lines", MostLines) ?? DefaultLines);
        var follow = Requests.Flag(context, "follow", usual: false);
        var tails = new FollowedTails(output, names);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending.Cut);
        try
        {
            var changed = output.Changed;
            var newest = Newest(tails, lines, follow);
            context.Response.ContentType = "application/x-ndjson";
            context.Response.Headers.CacheControl = "no-store";
            await WriteAsync(context, newest, end.Token);
            if (follow) await FollowAsync(context, tails, changed, end.Token);
        }
        catch (OperationCanceledException) when (ending.Cut.IsCancellationRequested && context.Response.HasStarted)
        {
            // The answer has no proper end, as lines are missing.
            context.Abort();
        }
    }

    private LogLine[] Newest(FollowedTails tails, int lines, bool follow)
    {
        if (Interlocked.Increment(ref _sorting) > MostSorting)
        {
            Interlocked.Decrement(ref _sorting);
            throw Problem.Busy("too many ask for logs at this moment");
        }

        try
        {
            return tails.Newest(lines, follow);
        }
        finally
        {
            Interlocked.Decrement(ref _sorting);
        }
    }

    private async Task FollowAsync(HttpContext context, FollowedTails tails, Task changed, CancellationToken end)
    {
        while (true)
        {
            await NextAsync(context, changed, end);
            var isOver = ending.Over.IsCompleted;
            changed = output.Changed;
            foreach (var lines in tails.Next(isOver)) await WriteAsync(context, lines, end);
            if (isOver) return;
        }
    }

    private async Task NextAsync(HttpContext context, Task changed, CancellationToken end)
    {
        while (true)
        {
            try
            {
                await Task.WhenAny(changed, ending.Over).WaitAsync(Silence, time, end);
                return;
            }
            catch (TimeoutException)
            {
                // Only a write shows that the client has gone, so an idle stream writes an empty line.
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), end);
                await context.Response.Body.FlushAsync(end);
            }
        }
    }

    private static async Task WriteAsync(HttpContext context, LogLine[] lines, CancellationToken end)
    {
        if (lines.Length == 0 && context.Response.HasStarted) return;
        foreach (var line in lines)
        {
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, ContractJson.Default.LogLine), end);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), end);
        }

        await context.Response.Body.FlushAsync(end);
    }
}
