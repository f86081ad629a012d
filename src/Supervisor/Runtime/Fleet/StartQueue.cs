namespace Reuseportd.Runtime.Fleet;

/// <summary>The starts of one service that wait, and how many of it are on their way.</summary>
internal sealed class StartLine<T>
{
    public StartLine() => Node = new(this);

    public Queue<T> Waiting { get; } = new();

    /// <summary>Starts that had their turn and were not ready for it. They go ahead of <see cref="Waiting"/>.</summary>
    public Queue<T> Returned { get; } = new();

    public bool IsEmpty => Waiting.Count + Returned.Count == 0;

    /// <summary>Starts that are between the process's beginning and its being ready or gone.</summary>
    public int InProgress { get; set; }

    /// <summary>Nothing of it starts until it is released.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Ends that have to be taken note of before anything of it starts.</summary>
    public int Blocks { get; set; }

    /// <summary>Its place in the queue; in no list while there is nothing to be taken from it.</summary>
    public LinkedListNode<StartLine<T>> Node { get; }
}

/// <summary>
/// Which start is next. A bounded number is on its way at one time, so that a fleet that starts does not slow itself down until
/// nothing gets ready in time. Services take turns, and one of which nothing is on its way never waits: one whose
/// workers hang in their start keeps nobody else from starting. All calls are O(1).
/// </summary>
/// <param name="parallelism">Starts on their way at one time, beyond one for each service.</param>
internal sealed class StartQueue<T>(int parallelism)
{
    private readonly LinkedList<StartLine<T>> _idle = new();
    private readonly LinkedList<StartLine<T>> _busy = new();
    private int _inProgress;

    public bool HasNext => _idle.Count > 0 || (_busy.Count > 0 && _inProgress < parallelism);

    public void Add(StartLine<T> line, T start)
    {
        line.Waiting.Enqueue(start);
        Place(line);
    }

    /// <summary>A start that was taken, and could not begin, gets its place back.</summary>
    public void Return(StartLine<T> line, T start)
    {
        line.Returned.Enqueue(start);
        Place(line);
    }

    /// <summary>To be called where there is a next one.</summary>
    public T Take()
    {
        var line = (_idle.First ?? _busy.First!).Value;
        var start = line.Returned.Count > 0 ? line.Returned.Dequeue() : line.Waiting.Dequeue();
        // Behind the others.
        line.Node.List!.Remove(line.Node);
        Place(line);
        return start;
    }

    public void Began(StartLine<T> line) => Count(line, 1);

    public void Ended(StartLine<T> line) => Count(line, -1);

    public void Hold(StartLine<T> line, bool hold)
    {
        line.IsHeld = hold;
        Place(line);
    }

    /// <summary>As often as it is blocked it has to be unblocked.</summary>
    public void Block(StartLine<T> line, bool block)
    {
        line.Blocks += block ? 1 : -1;
        Place(line);
    }

    private void Count(StartLine<T> line, int by)
    {
        _inProgress += by;
        line.InProgress += by;
        Place(line);
    }

    private void Place(StartLine<T> line)
    {
        var wanted = line.IsEmpty || line.IsHeld || line.Blocks > 0 ? null : line.InProgress == 0 ? _idle : _busy;
        if (line.Node.List == wanted) return;
        line.Node.List?.Remove(line.Node);
        wanted?.AddLast(line.Node);
    }
}
