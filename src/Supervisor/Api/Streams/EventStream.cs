using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Model;
using Reuseportd.Observability.Events;

namespace Reuseportd.Api.Streams;

/// <summary>
/// Handler of <c>GET /v1/events</c>. A client has a position in the ring of events and no queue: a slow client costs no memory.
/// </summary>
internal sealed class EventStream(IFleetControl control, EventRing events, TimeProvider time, StreamEnd ending)
{
    private const int MostAtOnce = 64;

    /// <summary>True for clients that may not see the configuration.</summary>
    public bool IsDiscreet { get; init; }

    /// <summary>Only a write shows that a client has gone, so an idle stream writes a comment after this time.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    public async Task ServeAsync(HttpContext context)
    {
        var names = Requests.Names(context);
        if (names.Count > 0) _ = Chosen.From(await control.SnapshotAsync(context.RequestAborted), names);
        var follow = Requests.Flag(context, "follow", usual: true);
        var newest = events.Newest;
        var since = Requests.Number(context, "since", long.MaxValue)
                    ?? (long.TryParse(context.Request.Headers["Last-Event-ID"], out var last) ? last : follow ? newest : 0);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending.Cut);
        try
        {
            await WriteAsync(context, Own("hello", "the stream of events begins", since), end.Token);
            await FollowAsync(context, names, since, follow, end.Token);
        }
        catch (OperationCanceledException) when (ending.Cut.IsCancellationRequested && context.Response.HasStarted)
        {
            // The answer has no proper end, as events are missing.
            context.Abort();
        }
    }

    private async Task FollowAsync(
        HttpContext context, ValueList<NamePattern> names, long after, bool follow, CancellationToken end)
    {
        // A number above the newest one is of an earlier daemon: the stream begins here.
        after = Math.Min(after, events.Newest);
        while (true)
        {
            var isOver = ending.Over.IsCompleted;
            var batch = events.Read(after, MostAtOnce);
            if (batch.Lost > 0 && after > 0) await WriteAsync(context, Lost(batch.Lost, batch.Next - batch.Events.Count), end);
            foreach (var recorded in batch.Events.Where(recorded => names.Count == 0 || Concerns(recorded, names)))
            {
                await context.Response.Body.WriteAsync(FormOf(recorded), end);
            }

            after = batch.Next;
            if (batch.Events.Count == MostAtOnce) continue;
            await context.Response.Body.FlushAsync(end);
            if (!follow || isOver) return;
            await NextAsync(context, after, end);
        }
    }

    private byte[] FormOf(RecordedEvent recorded) => IsDiscreet
        ? recorded.DiscreetForm ??= EventDocuments.Frame(Discreet.Of(EventDocuments.From(recorded)))
        : recorded.Form ??= EventDocuments.Frame(EventDocuments.From(recorded));

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

    /// <summary>True if a name matches the worker of the event, or its service if it has no worker.</summary>
    private static bool Concerns(RecordedEvent recorded, ValueList<NamePattern> names)
    {
        var document = EventDocuments.From(recorded);
        if (document.Service is not { } service) return false;
        return document.Worker is { } worker && int.TryParse(worker[(service.Length + 1)..], out var index)
            ? names.Any(name => name.Fits(new WorkerName(service, index)))
            : names.Any(name => name.IsOfServices && name.FitsService(service));
    }

    private EventDocument Lost(long count, long sequence) =>
        Own("lost", $"{count} events are no longer there", sequence) with { Count = count };

    /// <summary>An event of the stream, which the log does not have.</summary>
    private EventDocument Own(string kind, string message, long sequence) =>
        new(sequence, EventDocuments.Time(time.GetUtcNow()), kind, message);

    private static async Task WriteAsync(HttpContext context, EventDocument document, CancellationToken end)
    {
        await context.Response.Body.WriteAsync(EventDocuments.Frame(document), end);
        await context.Response.Body.FlushAsync(end);
    }
}
