using Serilog.Core;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <summary>An event of the daemon, as it was logged.</summary>
/// <param name="Sequence">From 1, rising by one.</param>
internal sealed record RecordedEvent(long Sequence, LogEvent Logged)
{
    /// <summary>What clients get, made by the first of them that asks.</summary>
    public byte[]? Form { get; set; }
}

/// <summary>What has happened since somebody looked last.</summary>
/// <param name="Lost">Events that are no longer there.</param>
/// <param name="Next">Where to look from the next time.</param>
internal readonly record struct EventBatch(IReadOnlyList<RecordedEvent> Events, long Lost, long Next);

/// <summary>
/// The newest events of the daemon, for those who ask: fed by the log itself, so that both say the same. Each reader has a place
/// of its own in the one ring: a slow one costs nothing, and misses what has been written over. Where nobody reads, an event is
/// one write into an array.
/// </summary>
internal sealed class EventRing(int size) : ILogEventSink
{
    public const int Usual = 1024;

    private readonly object _gate = new();
    private readonly RecordedEvent?[] _ring = new RecordedEvent?[size];
    private long _newest;
    private TaskCompletionSource? _changed;

    /// <summary>Sequence of the newest event; 0 where there is none.</summary>
    public long Newest
    {
        get
        {
            lock (_gate) return _newest;
        }
    }

    public void Emit(LogEvent logEvent)
    {
        // What libraries say is no event of the daemon.
        if (!logEvent.Properties.ContainsKey(EventField)) return;
        TaskCompletionSource? changed;
        lock (_gate)
        {
            _newest++;
            _ring[_newest % size] = new RecordedEvent(_newest, logEvent);
            (changed, _changed) = (_changed, null);
        }

        changed?.TrySetResult();
    }

    /// <summary>Events behind <paramref name="after"/>, at most <paramref name="most"/>.</summary>
    public EventBatch Read(long after, int most)
    {
        lock (_gate)
        {
            var oldest = Math.Max(1, _newest - size + 1);
            var from = Math.Clamp(after + 1, oldest, _newest + 1);
            var events = new RecordedEvent[Math.Min(most, _newest - from + 1)];
            for (var index = 0; index < events.Length; index++) events[index] = _ring[(from + index) % size]!;
            return new EventBatch(events, Math.Max(0, from - after - 1), from + events.Length - 1);
        }
    }

    /// <summary>Ends when there is an event behind <paramref name="after"/>.</summary>
    public Task WaitAsync(long after)
    {
        lock (_gate)
        {
            if (_newest > after) return Task.CompletedTask;
            _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _changed.Task;
        }
    }

    /// <summary>The field that every event of the daemon has.</summary>
    private const string EventField = "REUSEPORT_EVENT";
}
