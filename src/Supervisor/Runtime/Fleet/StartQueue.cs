namespace Reuseportd.Runtime.Fleet;

/// <summary>The waiting starts of one service, and the number of starts in progress.</summary>
internal sealed class ServiceStarts<T>
{
    public ServiceStarts() => Node = new(this);

    public Queue<T> Waiting { get; } = new();

    /// <summary>Starts that had their turn but could not begin yet. They go ahead of <see cref="Waiting"/>.</summary>
    public Queue<T> Returned { get; } = new();

    public bool IsEmpty => Waiting.Count + Returned.Count == 0;

    /// <summary>Processes that have begun to start and are neither ready nor gone.</summary>
    public int InProgress { get; set; }

    /// <summary>True while no worker of the service may start.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The number of process ends that must be noted before a worker of the service may start.</summary>
    public int Blocks { get; set; }

    /// <summary>The line's node in the queue. It is in no list while no start can be taken from the line.</summary>
    public LinkedListNode<ServiceStarts<T>> Node { get; }
}

/// <summary>
/// Decides which start is next. The queue bounds the starts in progress: too many at once would slow each other down past their
/// timeouts. Services take turns. A service with no start in progress never waits, so workers that hang while starting delay no
/// other service. All calls are O(1).
/// </summary>
/// <param name="parallelism">Starts in progress at the same time, beyond one for each service.</param>
internal sealed class StartQueue<T>(int parallelism)
{
    private readonly LinkedList<ServiceStarts<T>> _idle = new();
    private readonly LinkedList<ServiceStarts<T>> _busy = new();
    private int _inProgress;

    public bool HasNext => _idle.Count > 0 || (_busy.Count > 0 && _inProgress < parallelism);

    public void Add(ServiceStarts<T> line, T start)
    {
        line.Waiting.Enqueue(start);
        Place(line);
    }

    /// <summary>Puts a start back that was taken and could not begin. It goes ahead of the waiting starts.</summary>
    public void Return(ServiceStarts<T> line, T start)
    {
        line.Returned.Enqueue(start);
        Place(line);
    }

    /// <summary>Must only be called if <see cref="HasNext"/> is true.</summary>
    public T Take()
    {
        var line = (_idle.First ?? _busy.First!).Value;
        var start = line.Returned.Count > 0 ? line.Returned.Dequeue() : line.Waiting.Dequeue();
        // Re-adding the line puts it behind the other services.
        line.Node.List!.Remove(line.Node);
        Place(line);
        return start;
    }

    public void Began(ServiceStarts<T> line) => Count(line, 1);

    public void Ended(ServiceStarts<T> line) => Count(line, -1);

    public void Hold(ServiceStarts<T> line, bool hold)
    {
        line.IsHeld = hold;
        Place(line);
    }

    /// <summary>Blocks nest: each block needs one unblock.</summary>
    public void Block(ServiceStarts<T> line, bool block)
    {
        line.Blocks += block ? 1 : -1;
        Place(line);
    }

    private void Count(ServiceStarts<T> line, int by)
    {
        _inProgress += by;
        line.InProgress += by;
        Place(line);
    }

    private void Place(ServiceStarts<T> line)
    {
        var wanted = line.IsEmpty || line.IsHeld || line.Blocks > 0 ? null : line.InProgress == 0 ? _idle : _busy;
        if (line.Node.List == wanted) return;
        line.Node.List?.Remove(line.Node);
        wanted?.AddLast(line.Node);
    }
}
