using Serilog.Core;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <summary>An event of the daemon, as it was logged.</summary>
/// <param name="Sequence">Number of the event, from 1 without gaps.</param>
internal sealed record RecordedEvent(long Sequence, LogEvent Logged)
{
    /// <summary>The serialized event for clients; the first client that reads it creates it.</summary>
    public byte[]? Form { get; set; }

    /// <summary>The same for clients that may not see the configuration.</summary>
    public byte[]? DiscreetForm { get; set; }
}

/// <summary>The events since a reader's last read.</summary>
/// <param name="Lost">Number of events that were overwritten.</param>
/// <param name="Next">Sequence for the next read.</param>
internal readonly record struct EventBatch(IReadOnlyList<RecordedEvent> Events, long Lost, long Next);

/// <summary>
/// The newest events of the daemon, for clients. The log feeds it, so both have the same events. Each reader has its own position
/// in the ring: a slow reader costs nothing, and misses events that were overwritten. Without readers, an event costs one write
/// to an array.
/// </summary>
internal sealed partial class EventRing(int size) : ILogEventSink
{
    public const int DefaultSize = 1024;

    private readonly object _gate = new();
    private readonly RecordedEvent?[] _ring = new RecordedEvent?[size];
    private long _newest;

    /// <summary>No earlier event was in the ring.</summary>
    private long _first = 1;
    private TaskCompletionSource? _changed;

    /// <summary>Sequence of the newest event; 0 if there is none.</summary>
    public long Newest
    {
        get
        {
            lock (_gate) return _newest;
        }
    }

    public void Emit(LogEvent logEvent)
    {
        // Events of libraries are not events of the daemon.
        if (logEvent.Properties.ContainsKey(EventField)) Add(logEvent);
    }

    /// <summary>Events after <paramref name="after"/>, at most <paramref name="most"/>.</summary>
    public EventBatch Read(long after, int most)
    {
        lock (_gate)
        {
            var oldest = Math.Max(_first, _newest - size + 1);
            var from = Math.Clamp(after + 1, oldest, _newest + 1);
            var events = new RecordedEvent[Math.Min(most, _newest - from + 1)];
            for (var index = 0; index < events.Length; index++) events[index] = _ring[(from + index) % size]!;
            return new EventBatch(events, Math.Max(0, from - after - 1), from + events.Length - 1);
        }
    }

    /// <summary>Completes when there is an event after <paramref name="after"/>.</summary>
    public Task WaitAsync(long after)
    {
        lock (_gate)
        {
            if (_newest > after) return Task.CompletedTask;
            _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _changed.Task;
        }
    }

    private void Add(LogEvent logEvent)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            _newest++;
            _ring[_newest % size] = new RecordedEvent(_newest, logEvent);
            (changed, _changed) = (_changed, null);
        }

        changed?.TrySetResult();
    }

    /// <summary>The field that every event of the daemon has.</summary>
    private const string EventField = "REUSEPORT_EVENT";
}
