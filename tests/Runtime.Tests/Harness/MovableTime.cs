namespace Runtime.Tests.Harness;

/// <summary>
/// A monotonic clock that a test can advance, and a wall clock that a test can set.
/// </summary>
internal sealed class MovableTime : TimeProvider
{
    private long _ahead;
    private long _wallAhead;

    public override long TimestampFrequency => System.TimestampFrequency;

    /// <summary>Moves the monotonic clock by this with each look at it.</summary>
    public TimeSpan EachCall { get; set; }

    public override long GetTimestamp()
    {
        if (EachCall != TimeSpan.Zero) Advance(EachCall);
        return System.GetTimestamp() + Volatile.Read(ref _ahead);
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _wallAhead));

    /// <summary>Sets the wall clock, without a change of the monotonic clock.</summary>
    /// <param name="ahead">Difference to the clock of the machine.</param>
    public void SetWall(TimeSpan ahead) => Volatile.Write(ref _wallAhead, ahead.Ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));
}
