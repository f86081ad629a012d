using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// The threads that start processes. A process of the worker's user can delay a start between the change of user and exec; so
/// can a disk or a user directory. So each start has its own thread, and its requester does not wait.
/// The threads live as long as the daemon, because the kernel kills a worker together with the thread that started it
/// (<see cref="SpawnRequest.DieWithParent"/>). Their number is the most starts at one time so far, up to a limit.
/// Begin, Hold and Free must be called on one thread.
/// </summary>
/// <param name="open">Creates a thread's spawner; the first spawners are created before their threads.</param>
/// <param name="isAhead">True if the threads get a higher priority than the daemon's other threads, see
/// <see cref="Niceness.TryImprove"/>.</param>
internal sealed class Launcher : IDisposable
{
    /// <summary>Most delayed starts that get a replacement thread; beyond this, further starts wait.</summary>
    private const int MostHeld = 240;

    /// <summary>
    /// Spawners that are created before the workers: a child copies the descriptors below its spawner's highest
    /// (Native/Spawning/child_streams.c).
    /// </summary>
    private const int EarlySpawners = 8;

    private readonly Stack<Spawner> _early = [];
    // BlockingCollection is not used: its consumers spin before they wait, which took a third of these threads' time.
    private readonly Queue<Action<Spawner>> _starts = [];
    private readonly object _gate = new();
    private readonly Func<Spawner> _open;
    private readonly int _regular;
    private readonly bool _isAhead;
    private int _threads;
    private int _held;
    // The gate protects this field, like the queue.
    private int _idle;
    private bool _isEnded;

    /// <param name="regular">Threads while no start is delayed.</param>
    public Launcher(int regular, Func<Spawner> open, bool isAhead)
    {
        (_regular, _open, _isAhead) = (regular, open, isAhead);
        for (var i = 0; i < Math.Max(regular, EarlySpawners); i++) _early.Push(open());
    }

    /// <summary>Runs a start on a thread; the action must not throw.</summary>
    public void Begin(Action<Spawner> start)
    {
        lock (_gate)
        {
            _starts.Enqueue(start);
            if (_idle > 0) Monitor.Pulse(_gate);
        }

        Populate();
    }

    /// <summary>A start takes long: its thread does not count until <see cref="Free"/>.</summary>
    public void Hold()
    {
        _held++;
        Populate();
    }

    public void Free() => _held--;

    /// <summary>Call this from time to time while starts wait: a thread may be possible again.</summary>
    public void Retry() => Populate();

    /// <summary>The threads end after their present work, and the kernel kills the processes that they started.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
            Monitor.PulseAll(_gate);
        }

        while (_early.TryPop(out var spawner)) spawner.Dispose();
    }

    private void Populate()
    {
        lock (_gate)
            if (_starts.Count <= _idle) return;
        if (_threads >= _regular + Math.Min(_held, MostHeld)) return;
        if (!_early.TryPop(out var spawner) && !TryOpen(out spawner)) return;
        var thread = new Thread(() => Run(spawner)) { IsBackground = true, Name = "launch" };
        try
        {
            thread.Start();
            _threads++;
        }
        catch (OutOfMemoryException)
        {
            // No pid or no memory for a thread (pids.max, pid_max): a worker that forks without end must not end the daemon.
            _early.Push(spawner);
        }
    }

    /// <summary>Without a descriptor or memory for another spawner, the existing ones must suffice.</summary>
    private bool TryOpen(out Spawner spawner)
    {
        spawner = null!;
        try
        {
            spawner = _open();
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    private void Run(Spawner spawner)
    {
        if (_isAhead) Niceness.TryImprove(out _);
        using (spawner)
            while (Next() is { } start)
                start(spawner);
    }

    /// <returns>Null when the launcher is disposed.</returns>
    private Action<Spawner>? Next()
    {
        lock (_gate)
        {
            _idle++;
            while (_starts.Count == 0 && !_isEnded) Monitor.Wait(_gate);
            _idle--;
            return _starts.TryDequeue(out var start) ? start : null;
        }
    }
}
