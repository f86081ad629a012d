namespace Decisions.Tests.Observability;

/// <summary>
/// A clock that only a test advances. The clock signals each new timer, so that a test knows that another thread waits.
/// </summary>
internal sealed class ManualTime : TimeProvider, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Alarm> _alarms = [];
    private readonly SemaphoreSlim _armed = new(0);
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, 6, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        lock (_gate) _alarms.Add(alarm);
        if (dueTime != Timeout.InfiniteTimeSpan) alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Waits until the next timer is set.</summary>
    public void AwaitTimer() => Assert.True(_armed.Wait(Deadlines.Patience), "no timer was set");

    public void Advance(TimeSpan by)
    {
        Alarm[] due;
        lock (_gate)
        {
            _now += by;
            due = [.. _alarms.Where(alarm => alarm.Due <= _now)];
            foreach (var alarm in due) alarm.Due = DateTimeOffset.MaxValue;
        }

        foreach (var alarm in due) alarm.Ring();
    }

    public void Dispose() => _armed.Dispose();

    private sealed class Alarm(ManualTime time, Action ring) : ITimer
    {
        public DateTimeOffset Due { get; set; } = DateTimeOffset.MaxValue;

        public Action Ring { get; } = ring;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate) Due = dueTime < TimeSpan.Zero ? DateTimeOffset.MaxValue : time._now + dueTime;
            time._armed.Release();
            return true;
        }

        public void Dispose()
        {
            lock (time._gate) time._alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

internal static class Deadlines
{
    /// <summary>After this a test that waits for another thread has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}
