using System.Collections.Concurrent;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Messages;

/// <summary>
/// Messages from any thread to the loop that owns the fleet. One wake-up serves all messages that are posted before the loop
/// looks. Messages that workers cause in great number are bounded at their source, in <see cref="WorkerStream"/>. After
/// <see cref="Close"/> the mailbox refuses every message, so no sender waits for a loop that has ended.
/// </summary>
/// <param name="time">The clock that measures how long messages wait.</param>
internal sealed class Mailbox(TimeProvider time) : IDisposable
{
    private readonly ConcurrentQueue<(Message Message, long Posted)> _messages = new();
    private readonly LoopDelay _delay = new();
    private readonly EventFd _wake = new();
    private int _signalled;
    private volatile bool _closed;

    /// <summary>Readable after a message was posted.</summary>
    public Descriptor Wake => _wake;

    public void Post(Message message)
    {
        _messages.Enqueue((message, time.GetTimestamp()));
        // The barrier pairs with the one in Close: either this thread sees the mailbox closed, or Close sees the message.
        Interlocked.MemoryBarrier();
        if (_closed) RefuseAll();
        else if (Interlocked.Exchange(ref _signalled, 1) == 0) Signal();
    }

    /// <summary>Must be called when <see cref="Wake"/> is readable, before messages are taken.</summary>
    public void Acknowledge()
    {
        _wake.Drain();
        Volatile.Write(ref _signalled, 0);
        Interlocked.MemoryBarrier();
    }

    /// <summary>The number of messages that wait.</summary>
    public int Count => _messages.Count;

    /// <summary>
    /// The longest time that a message has waited in the last 15 to 45 seconds. Only the loop's thread may call this or take
    /// messages.
    /// </summary>
    public TimeSpan LongestWait() => _delay.Worst(Now());

    /// <summary>The times that messages waited. Only the loop's thread may use it.</summary>
    public Histogram Waits { get; } = new(Histogram.Delays);

    public bool TryTake(out Message message)
    {
        var isThere = _messages.TryDequeue(out var next);
        message = next.Message;
        if (!isThere) return false;
        var wait = time.GetElapsedTime(next.Posted);
        _delay.Add(wait, Now());
        Waits.Observe(wait);
        return true;
    }

    /// <summary>Must be called when the loop has ended. Signal handlers and timers may still post afterwards.</summary>
    public void Close()
    {
        _closed = true;
        Interlocked.MemoryBarrier();
        RefuseAll();
    }

    public void Dispose()
    {
        Close();
        _wake.Dispose();
    }

    private TimeSpan Now() => time.GetElapsedTime(0);

    private void Signal()
    {
        try
        {
            _wake.Signal();
        }
        catch (ObjectDisposedException) when (_closed)
        {
            // The mailbox was closed in the meantime, which refuses the message.
        }
    }

    private void RefuseAll()
    {
        while (TryTake(out var message)) message.Refuse();
    }
}
