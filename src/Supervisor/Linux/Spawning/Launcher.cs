using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// The threads that start processes. A start can be held up: by a process of its worker's user between the change of user and
/// exec, by a disk, by a directory of users. So it has a thread for itself while it lasts, and whoever wants it waits for nothing.
/// The threads live as long as the daemon, because the kernel ends a worker together with the thread that started it
/// (<see cref="SpawnRequest.DieWithParent"/>); there are as many as starts were ever under way at one time, up to a bound.
/// Beginning, holding and freeing are for one thread.
/// </summary>
/// <param name="open">Makes a thread's spawner; called ahead of the threads for the first of them.</param>
/// <param name="isAhead">Whether these threads go ahead of the daemon's others, see <see cref="Niceness.TryImprove"/>.</param>
internal sealed class Launcher : IDisposable
{
    /// <summary>Starts that are held up and get another thread in their place; past that, those that come wait.</summary>
    private const int MostHeld = 240;

    /// <summary>
    /// Made ahead of the workers: a child copies the descriptors below the highest that its spawner has (Native/child_streams.c).
    /// </summary>
    private const int EarlySpawners = 8;

    private readonly Stack<Spawner> _early = [];
    // Not a BlockingCollection: its consumers spin before they wait, which took a third of these threads' time.
    private readonly Queue<Action<Spawner>> _starts = [];
    private readonly object _gate = new();
    private readonly Func<Spawner> _open;
    private readonly int _usual;
    private readonly bool _isAhead;
    private int _threads;
    private int _held;
    // Under the gate, as the queue.
    private int _idle;
    private bool _isEnded;

    /// <param name="usual">Threads while nothing is held up.</param>
    public Launcher(int usual, Func<Spawner> open, bool isAhead)
    {
        (_usual, _open, _isAhead) = (usual, open, isAhead);
        for (var i = 0; i < Math.Max(usual, EarlySpawners); i++) _early.Push(open());
    }

    /// <summary>Has a thread do it; what it does must not throw.</summary>
    public void Begin(Action<Spawner> start)
    {
        lock (_gate)
        {
            _starts.Enqueue(start);
            if (_idle > 0) Monitor.Pulse(_gate);
        }

        Populate();
    }

    /// <summary>A start takes long: its thread is counted as lost until <see cref="Free"/>.</summary>
    public void Hold()
    {
        _held++;
        Populate();
    }

    public void Free() => _held--;

    /// <summary>To be called now and then while starts wait: there may be room for a thread again.</summary>
    public void Retry() => Populate();

    /// <summary>The threads end as soon as they have nothing to do, and the processes that they started with them.</summary>
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
        if (_threads >= _usual + Math.Min(_held, MostHeld)) return;
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

    /// <summary>Without a descriptor or memory for one more, those that are there have to do.</summary>
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

    /// <returns>Null at the end of all.</returns>
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
