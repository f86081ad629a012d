using Microsoft.AspNetCore.Http;

namespace Reuseportd.Api.Live;

/// <summary>
/// Handler of <c>/v1/live</c>: server-sent events, first the whole state, then each second the change. A client has a position
/// in the chain of frames and no queue. The daemon ends the connection of a client that cannot follow.
/// </summary>
internal sealed class LiveStream(LivePump pump, TimeProvider time)
{
    private const int MostBehind = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task ServeAsync(HttpContext context)
    {
        pump.Join();
        try
        {
            context.Response.ContentType = "text/event-stream";
            if (HttpMethods.IsGet(context.Request.Method)) await FollowAsync(context);
        }
        finally
        {
            pump.Leave();
        }
    }

    private async Task FollowAsync(HttpContext context)
    {
        var end = context.RequestAborted;
        await context.Response.StartAsync(end);
        if (await pump.FirstAsync().WaitAsync(end) is not { } frame) return;
        var follows = await TryWriteAsync(context, frame.Whole);
        while (follows && await frame.Next.WaitAsync(end) is { } next)
        {
            frame = next;
            follows = pump.Newest.Number - frame.Number <= MostBehind && await TryWriteAsync(context, frame.Change);
        }

        if (!follows) context.Abort();
    }

    /// <returns>False if the client does not read.</returns>
    private async Task<bool> TryWriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            await context.Response.Body.WriteAsync(bytes, end.Token);
            await context.Response.Body.FlushAsync(end.Token);
            return true;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return false;
        }
    }
}
