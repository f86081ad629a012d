using System.Net.Sockets;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Api.Admission;

/// <summary>
/// A thread that accepts connections while there is room for them. Without room, and for a moment without descriptors, clients
/// wait in the accept queues of the listeners.
/// </summary>
/// <param name="listeners">The caller closes them.</param>
/// <param name="room">Connections that may be accepted and have not left.</param>
/// <param name="take">Gets each connection, on the thread. Must not block.</param>
internal sealed class Acceptor(IReadOnlyList<IListener> listeners, int room, Action<SafeSocketHandle> take) : IDisposable
{
    private const ulong StopToken = ulong.MaxValue;
    private const ulong RoomToken = StopToken - 1;

    /// <summary>The pause after accept(2) fails for want of descriptors or memory.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Epoll _epoll = new();
    private readonly EventFd _stop = new();

    /// <summary>Without the listeners: they stay readable while clients wait.</summary>
    private readonly Epoll _waiting = new();

    /// <summary>Open connections signal it even after the end, so only the collector closes it.</summary>
    private readonly EventFd _left = new();

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private int _count;

    /// <summary>Completes when no more connections come.</summary>
    public Task Ended => _ended.Task;

    public void Start(string name)
    {
        _epoll.Add(_stop, EpollEvents.Readable, StopToken);
        _waiting.Add(_stop, EpollEvents.Readable, StopToken);
        _waiting.Add(_left, EpollEvents.Readable, RoomToken);
        for (var index = 0; index < listeners.Count; index++)
            _epoll.Add(listeners[index].Descriptor, EpollEvents.Readable, (ulong)index);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>A connection makes room for another one.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == room - 1) _left.Signal();
    }

    /// <summary>Accepts no more connections.</summary>
    public void Stop()
    {
        if (!_ended.Task.IsCompleted) _stop.Signal();
    }

    public void Dispose()
    {
        Stop();
        _thread?.Join();
        _epoll.Dispose();
        _waiting.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (TryTurn()) { }
        _ended.SetResult();
    }

    /// <returns>False at the end.</returns>
    private bool TryTurn()
    {
        foreach (var ready in (HasRoom() ? _epoll : _waiting).Wait(timeout: null))
        {
            if (ready.Token == StopToken) return false;
            if (ready.Token == RoomToken) _left.Drain();
            else if (HasRoom() && !TryAccept(listeners[(int)ready.Token])) _waiting.Wait(Pause);
        }

        return true;
    }

    private bool HasRoom() => Volatile.Read(ref _count) < room;

    /// <returns>False if another try would fail, too.</returns>
    private bool TryAccept(IListener listener)
    {
        if (listener.TryAccept(out var errno) is not { } handle)
            return errno == Errno.Again || errno == Errno.Aborted || errno == Errno.Interrupted;
        Interlocked.Increment(ref _count);
        take(handle);
        return true;
    }
}
