namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The lock of a queue with one writer thread, and the end of that thread. Callers take the object itself as a lock, and hold the
/// lock while they call a member. It is a monitor, because several threads wait for a change of state: the writer, lines
/// without room, a flush and a stop.
/// </summary>
internal sealed class QueueLock(TimeProvider time)
{
    private bool _writerWaits;

    /// <summary>The queue accepts no more lines.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>The writer has ended, or will never run.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>A timer for <see cref="WaitUntil"/>. Threads that wait at the same time need one each.</summary>
    public ITimer CreateAlarm() => time.CreateTimer(
        static queue => ((QueueLock)queue!).WakeLocked(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Wakes all threads that wait for a change of state.</summary>
    public void Wake() => Monitor.PulseAll(this);

    /// <summary>Wakes the writer if it waits.</summary>
    public void WakeWriter()
    {
        if (_writerWaits) Monitor.PulseAll(this);
    }

    /// <summary>Waits for a change, or for the alarm at the end of the time.</summary>
    /// <returns>False, without waiting, if the time is over.</returns>
    public bool WaitUntil(ITimer alarm, long from, TimeSpan within)
    {
        var left = within - time.GetElapsedTime(from);
        if (left <= TimeSpan.Zero) return false;
        alarm.Change(left, Timeout.InfiniteTimeSpan);
        Monitor.Wait(this);
        return true;
    }

    /// <summary>Called by the writer when the queue has no lines. Waits for a change of state.</summary>
    /// <returns>False, without waiting, if the queue stops.</returns>
    public bool WaitAsWriter()
    {
        if (IsStopping) return false;
        _writerWaits = true;
        Monitor.Wait(this);
        _writerWaits = false;
        return true;
    }

    /// <summary>As <see cref="WaitAsWriter()"/>, for a limited time.</summary>
    /// <returns>False, without waiting, if the queue stops or the time is over.</returns>
    public bool WaitAsWriter(ITimer alarm, long from, TimeSpan within)
    {
        if (IsStopping) return false;
        _writerWaits = true;
        var waited = WaitUntil(alarm, from, within);
        _writerWaits = false;
        return waited;
    }

    /// <summary>Called by the writer when it ends.</summary>
    public void End()
    {
        HasEnded = true;
        Wake();
    }

    /// <summary>
    /// Closes the queue for new lines and waits until the writer ends. After the deadline a blocked writer thread continues. It
    /// does not keep the process alive.
    /// </summary>
    /// <param name="isUnused">True if the writer was not started and the queue has no lines.</param>
    /// <returns>True if the writer ended in time.</returns>
    public bool Stop(bool isUnused, TimeSpan within)
    {
        using var alarm = CreateAlarm();
        IsStopping = true;
        HasEnded |= isUnused;
        Wake();
        var from = time.GetTimestamp();
        while (!HasEnded)
        {
            if (!WaitUntil(alarm, from, within)) return false;
        }

        return true;
    }

    private void WakeLocked()
    {
        lock (this) Wake();
    }
}
