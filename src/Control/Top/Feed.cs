using System.Globalization;
using System.Threading.Channels;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Top;

/// <summary>
/// Looks at the daemon in each interval: one request for all workers, one for the lines of a worker that is shown in detail, and
/// one for events if they are shown.
/// </summary>
internal sealed class Feed(string socket, IReadOnlyList<string> names, TimeSpan interval, Wanted first)
{
    private readonly string _status = Ask.Get(socket, "/v1/status", names).Path;

    private readonly Channel<bool> _asked =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile Wanted _wanted = first;

    /// <summary>Changes what the next look asks for.</summary>
    public void Want(Wanted wanted) => _wanted = wanted;

    /// <summary>Looks now, and not only at the end of the interval.</summary>
    public void Refresh() => _asked.Writer.TryWrite(true);

    /// <summary>Ends by the cancellation only.</summary>
    public async Task RunAsync(Action<Look> seen, CancellationToken cancellation)
    {
        using var poll = new Poll(socket);
        while (true)
        {
            seen(await LookAsync(poll, _wanted, cancellation));
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            wait.CancelAfter(interval);
            try
            {
                _ = await _asked.Reader.ReadAsync(wait.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The interval is over.
            }
        }
    }

    private async Task<Look> LookAsync(Poll poll, Wanted wanted, CancellationToken cancellation)
    {
        var status = await poll.GetAsync(_status, ContractJson.Default.StatusDocument, cancellation);
        var look = new Look(status.Answer, status.Problem);
        if (status.Answer is null) return look;
        if (wanted.Worker is { } worker)
        {
            var lines = await poll.GetAllAsync(
                Ask.Get(socket, "/v1/logs", [worker], $"lines={Number(wanted.Lines)}").Path,
                ContractJson.Default.LogLine, Poll.LinesAsync, cancellation);
            look = look with { Lines = lines.Answer, LinesOf = worker };
        }

        if (wanted.EventsSince is { } since)
        {
            var events = await poll.GetAllAsync(
                Ask.Get(socket, "/v1/events", names, "follow=false", $"since={Number(since)}").Path,
                ContractJson.Default.EventDocument, ServerSentEvents.ReadAsync, cancellation);
            look = look with { Events = events.Answer?.FindAll(told => told.Event is not ("hello" or "lost")) };
        }

        return look;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
