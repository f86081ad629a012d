namespace Reuseportd.Runtime.Messages;

/// <summary>
/// Entries with a due time. An entry cannot be taken back: the caller that takes an entry checks that the entry still applies. So
/// a change of plan costs nothing. Adding and taking are O(log n).
/// </summary>
internal sealed class DeadlineQueue<T>
{
    private readonly PriorityQueue<T, TimeSpan> _entries = new();

    public void Add(T entry, TimeSpan due) => _entries.Enqueue(entry, due);

    /// <summary>Time from <paramref name="now"/> to the next entry, not below zero; null if there is none.</summary>
    public TimeSpan? NextWait(TimeSpan now) =>
        _entries.TryPeek(out _, out var due) ? Waits.Until(due, now) : null;

    public bool TryTake(TimeSpan now, out T entry, out TimeSpan due)
    {
        if (_entries.TryPeek(out entry!, out due) && due <= now)
        {
            _entries.Dequeue();
            return true;
        }

        return false;
    }
}
