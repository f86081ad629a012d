using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Metrics;
using Reuseportd.Observability.Events;

namespace Reuseportd.Api.Live;

/// <summary>
/// Makes the states of the page, once for all clients: with clients each second and soon after an event, else only the samples of
/// the history. One task runs it, and owns all but the number of clients and the newest frame.
/// </summary>
/// <param name="hasDetails">False if clients may not see the configuration.</param>
internal sealed class LivePump(MetricsCollector collector, EventRing events, bool hasDetails, TimeProvider time)
{
    private const int MostEvents = 50;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Between two states: a fleet that crashes all the time costs no more than twice a quiet one.</summary>
    private static readonly TimeSpan Shortest = Interval / 2;

    private readonly long _begun = time.GetTimestamp();
    private readonly Channel<object> _wake = Channel.CreateBounded<object>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private LiveFrame _newest = new(0, TimeSpan.MinValue, LiveState.Nothing, default, _ => default);
    private int _streams;

    private LiveSource? _former;
    private FleetSums? _sampled;
    private ImmutableArray<HistorySample> _history = [];
    private TimeSpan _sampleDue;

    /// <summary>The last event that the clients have.</summary>
    private long _shown;

    public LiveFrame Newest => Volatile.Read(ref _newest);

    private TimeSpan Now => time.GetElapsedTime(_begun);

    /// <summary>A client follows until <see cref="Leave"/>.</summary>
    public void Join() => Interlocked.Increment(ref _streams);

    public void Leave() => Interlocked.Decrement(ref _streams);

    /// <summary>The newest frame, or the next one if the newest is old.</summary>
    /// <returns>Null if the stream has ended.</returns>
    public Task<LiveFrame?> FirstAsync()
    {
        var newest = Newest;
        if (newest.At > Now - (2 * Interval)) return Task.FromResult<LiveFrame?>(newest);
        _wake.Writer.TryWrite(this);
        return newest.Next;
    }

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await TryTurnAsync(end);
            await WaitAsync(end);
        }

        Newest.Follow(null);
    }

    private async Task WaitAsync(CancellationToken end)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end);
        var isFollowed = Volatile.Read(ref _streams) > 0;
        var pause = Task.Delay(isFollowed ? Interval : HistorySample.Interval, time, over.Token);
        var wake = _wake.Reader.WaitToReadAsync(over.Token).AsTask();
        var change = isFollowed
            ? Task.WhenAll(events.WaitAsync(_shown).WaitAsync(over.Token), Task.Delay(Shortest, time, over.Token))
            : pause;
        await Task.WhenAny(pause, wake, change);
        _wake.Reader.TryRead(out _);
        await over.CancelAsync();
    }

    private async Task TryTurnAsync(CancellationToken end)
    {
        try
        {
            Turn((await collector.CollectAsync(end)).Facts);
        }
#pragma warning disable CA1031 // A daemon that stops or is replaced refuses; the clients see that no state comes.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The next turn tries again.
        }
    }

    private void Turn(MetricsFacts facts)
    {
        // A result that another client has asked for just before has no rates.
        if (_former?.Facts.Fleet.Now == facts.Fleet.Now && Newest.State.Now == facts.Fleet.Now) return;
        var source = new LiveSource(facts, _former?.Facts, hasDetails) { FormerSums = _former?.Sums };
        if (Now >= _sampleDue) Sample(source.Sums);
        if (Volatile.Read(ref _streams) > 0) Publish(source);
        _former = source;
    }

    private void Sample(FleetSums sums)
    {
        _history = HistorySample.Add(_history, HistorySample.From(_sampled, sums));
        (_sampled, _sampleDue) = (sums, Now + HistorySample.Interval - (Interval / 2));
    }

    private void Publish(LiveSource source)
    {
        var former = Newest;
        var last = events.Newest;
        var state = new LiveState(
            source.Facts.Fleet.Now, time.GetUtcNow().ToUnixTimeMilliseconds(), LiveTables.Daemon(source),
            LiveTables.Services(source), LiveTables.Workers(source), _history,
            [.. events.Read(Math.Max(0, last - MostEvents), MostEvents).Events]);
        var frame = new LiveFrame(
            former.Number + 1, Now, state, Form("change", former.State, state), all => Form("state", LiveState.Nothing, all));
        Volatile.Write(ref _newest, frame);
        _shown = last;
        former.Follow(frame);
    }

    /// <summary>A server-sent event.</summary>
    private byte[] Form(string kind, LiveState from, LiveState to) =>
        [.. Encoding.ASCII.GetBytes($"event: {kind}\ndata: "), .. LiveDelta.From(from, to, EventOf).Span, .. "\n\n"u8];

    private EventDocument EventOf(RecordedEvent recorded)
    {
        var document = EventDocuments.From(recorded);
        return hasDetails ? document : Discreet.Of(document);
    }
}
