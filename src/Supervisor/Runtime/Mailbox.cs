using System.Collections.Concurrent;
using Reuseportd.Linux;

namespace Reuseportd.Runtime;

/// <summary>
/// Messages from any thread to the one loop that owns the fleet. Posting wakes the loop once however much is posted
/// before it looks. What workers can make much of is bounded where it enters, in <see cref="WorkerStream"/>.
/// </summary>
internal sealed class Mailbox : IDisposable
{
    private readonly ConcurrentQueue<Message> _messages = new();
    private readonly EventFd _wake = new();
    private int _signalled;

    /// <summary>Readable when something was posted.</summary>
    public Descriptor Wake => _wake;

    public void Post(Message message)
    {
        _messages.Enqueue(message);
        if (Interlocked.Exchange(ref _signalled, 1) == 0) _wake.Signal();
    }

    /// <summary>To be called when <see cref="Wake"/> is readable, before the messages are taken.</summary>
    public void Acknowledge()
    {
        _wake.Drain();
        Volatile.Write(ref _signalled, 0);
        Interlocked.MemoryBarrier();
    }

    public bool TryTake(out Message message) => _messages.TryDequeue(out message!);

    public void Dispose() => _wake.Dispose();
}
