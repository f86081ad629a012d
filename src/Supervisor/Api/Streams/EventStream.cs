using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Planning;

namespace Reuseportd.Api.Streams;

/// <summary>
/// Handler of <c>GET /v1/events</c>: a client's place in the ring of events, and nothing else of its own. It reads as fast as the
/// client takes.
/// </summary>
internal sealed class EventStream(IFleetControl control, EventRing events, TimeProvider time, StreamEnd ending)
{
    private const int MostAtOnce = 64;

    /// <summary>A client that has gone is noticed by what cannot be written to it.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    public async Task ServeAsync(HttpContext context)
    {
        var names = Requests.Names(context);
        if (names.Count > 0) _ = Chosen.Of(await control.SnapshotAsync(context.RequestAborted), names);
        var follow = Requests.Flag(context, "follow", usual: true);
        var newest = events.Newest;
        var since = Requests.Number(context, "since", long.MaxValue)
                    ?? (long.TryParse(context.Request.Headers["Last-Event-ID"], out var last) ? last : follow ? newest : 0);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending.Cut);
        try
        {
            await WriteAsync(context, Own("hello", "the stream of events begins", since), end.Token);
            await FollowAsync(context, names, since, follow, end.Token);
        }
        catch (OperationCanceledException) when (ending.Cut.IsCancellationRequested && context.Response.HasStarted)
        {
            // No proper end, as something is missing.
            context.Abort();
        }
    }

    private async Task FollowAsync(HttpContext context, ValueList<NamePattern> names, long after, bool follow, CancellationToken end)
    {
        // Of a number that no event has had yet, as of an earlier daemon: from here on.
        after = Math.Min(after, events.Newest);
        while (true)
        {
            var isOver = ending.Over.IsCompleted;
            var batch = events.Read(after, MostAtOnce);
            if (batch.Lost > 0 && after > 0)
                await WriteAsync(context, Own("lost", $"{batch.Lost} events are no longer there", batch.Next - batch.Events.Count) with { Count = batch.Lost }, end);
            foreach (var happened in batch.Events)
                if (names.Count == 0 || Concerns(happened, names))
                    await context.Response.Body.WriteAsync(happened.Form ??= EventDocuments.Frame(EventDocuments.Of(happened)), end);
            after = batch.Next;
            if (batch.Events.Count == MostAtOnce) continue;
            await context.Response.Body.FlushAsync(end);
            if (!follow || isOver) return;
            await NextAsync(context, after, end);
        }
    }

    private async Task NextAsync(HttpContext context, long after, CancellationToken end)
    {
        while (true)
        {
            try
            {
                await Task.WhenAny(events.WaitAsync(after), ending.Over).WaitAsync(Silence, time, end);
                return;
            }
            catch (TimeoutException)
            {
                await context.Response.Body.WriteAsync(": nothing new\n\n"u8.ToArray(), end);
                await context.Response.Body.FlushAsync(end);
            }
        }
    }

    /// <summary>Of a service as such, where a pattern fits it; of a worker, where one fits that.</summary>
    private static bool Concerns(RecordedEvent happened, ValueList<NamePattern> names)
    {
        var document = EventDocuments.Of(happened);
        if (document.Service is not { } service) return false;
        var index = document.Worker is { } worker && int.TryParse(worker[(service.Length + 1)..], out var number) ? number : (int?)null;
        return names.Any(name => index is { } known ? name.Fits(new WorkerName(service, known)) : name.IsOfServices && name.FitsService(service));
    }

    private EventDocument Own(string kind, string message, long sequence) => new(sequence, EventDocuments.Time(time.GetUtcNow()), kind, message);

    private static async Task WriteAsync(HttpContext context, EventDocument document, CancellationToken end)
    {
        await context.Response.Body.WriteAsync(EventDocuments.Frame(document), end);
        await context.Response.Body.FlushAsync(end);
    }
}
