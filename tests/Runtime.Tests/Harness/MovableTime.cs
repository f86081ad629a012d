namespace Runtime.Tests.Harness;

/// <summary>The monotonic clock, which a test can move on: what is due in half a minute is due now.</summary>
internal sealed class MovableTime : TimeProvider
{
    private long _ahead;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp() + Volatile.Read(ref _ahead);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));
}
