namespace Reuseportd.Observability.Destinations;

/// <summary>A queue that tells which of its entries the destination has accepted. Thread-safe.</summary>
internal interface IWriteQueue
{
    /// <summary>Increases whenever the destination returns: an unchanged value means that it accepts nothing.</summary>
    long Progress { get; }

    /// <summary>The number of entries that were appended so far. Dropped entries do not count.</summary>
    long Appended { get; }

    /// <summary>The number of entries that were written, or dropped after they were appended, in their order.</summary>
    /// <param name="wanted">If there are fewer, the caller is notified when there are more.</param>
    long WrittenOf(long wanted);
}
