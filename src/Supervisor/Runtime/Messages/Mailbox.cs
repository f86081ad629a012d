using System.Collections.Concurrent;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Runtime.Messages;

/// <summary>
/// Messages from any thread to the one loop that owns the fleet. Posting wakes the loop once however much is posted
/// before it looks. What workers can make much of is bounded where it enters, in <see cref="WorkerStream"/>. Once it is
/// closed every message is refused, the late ones too: nobody waits for an answer of a loop that has ended.
/// </summary>
/// <param name="time">By which is told how long they wait.</param>
internal sealed class Mailbox(TimeProvider time) : IDisposable
{
    private readonly ConcurrentQueue<(Message Message, long Posted)> _messages = new();
    private readonly LoopDelay _delay = new();
    private readonly EventFd _wake = new();
    private int _signalled;
    private volatile bool _closed;

    /// <summary>Readable when something was posted.</summary>
    public Descriptor Wake => _wake;

    public void Post(Message message)
    {
        _messages.Enqueue((message, time.GetTimestamp()));
        // Either this sees that it is closed, or who closes it sees the message.
        Interlocked.MemoryBarrier();
        if (_closed) RefuseAll();
        else if (Interlocked.Exchange(ref _signalled, 1) == 0) Signal();
    }

    /// <summary>To be called when <see cref="Wake"/> is readable, before the messages are taken.</summary>
    public void Acknowledge()
    {
        _wake.Drain();
        Volatile.Write(ref _signalled, 0);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Messages that wait.</summary>
    public int Count => _messages.Count;

    /// <summary>The longest time that a message has waited in the last 15 to 45 seconds. For the loop alone, as is taking.</summary>
    public TimeSpan LongestWait() => _delay.Worst(Now());

    public bool TryTake(out Message message)
    {
        var isThere = _messages.TryDequeue(out var next);
        message = next.Message;
        if (isThere) _delay.Add(time.GetElapsedTime(next.Posted), Now());
        return isThere;
    }

    /// <summary>To be called when the loop has ended. Signals and timers may go on posting after that.</summary>
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
            // Closed in between: the message is refused.
        }
    }

    private void RefuseAll()
    {
        while (TryTake(out var message)) message.Refuse();
    }
}
