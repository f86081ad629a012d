namespace Runtime.Tests.Harness;

/// <summary>
/// The monotonic clock, which a test can move on: what is due in half a minute is due now; and the wall clock, which it can set.
/// </summary>
internal sealed class MovableTime : TimeProvider
{
    private long _ahead;
    private long _wallAhead;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp() + Volatile.Read(ref _ahead);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _wallAhead));

    /// <summary>Sets the wall clock, which the monotonic one does not notice.</summary>
    /// <param name="ahead">Of the machine's.</param>
    public void SetWall(TimeSpan ahead) => Volatile.Write(ref _wallAhead, ahead.Ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));
}
