using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Updates;

/// <summary>One planned restart of workers of a service, on its way or paused.</summary>
/// <param name="former">
/// What the service was before, where it is for that that they are replaced; null where they are only started anew.
/// </param>
internal sealed class Update(Service service, ServiceSpec? former)
{
    public Service Service { get; } = service;

    public ServiceSpec? Former { get; } = former;

    /// <summary>Goes back to what was; when that fails too, it stops where it is.</summary>
    public bool IsRollback { get; init; }

    /// <summary>Somebody wants back what was before the last change; the files say something else.</summary>
    public bool IsTakenBack { get; set; }

    private readonly Queue<WorkerSlot> _waiting = new();
    private readonly HashSet<WorkerSlot> _isWaiting = [];

    /// <summary>In their order.</summary>
    public IReadOnlyCollection<WorkerSlot> Waiting => _waiting;

    public WorkerSlot Next => _waiting.Peek();

    public HashSet<WorkerSlot> Moving { get; } = [];

    public HashSet<WorkerSlot> Done { get; } = [];

    /// <summary>Why it stopped; null while nothing has failed.</summary>
    public UpdateStop? Failure { get; set; }

    /// <summary>What had to be done about the failure has been.</summary>
    public bool HasStopped { get; set; }

    /// <summary>Nothing more is begun; what is being replaced goes its way.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Connections that were still there when their worker was asked to end.</summary>
    public int Cut { get; set; }

    /// <summary>Workers that it began with.</summary>
    public int Count => Waiting.Count + Moving.Count + Done.Count;

    /// <summary>Behind the others; once.</summary>
    public void Wait(WorkerSlot slot)
    {
        if (_isWaiting.Add(slot)) _waiting.Enqueue(slot);
    }

    public void TakeNext() => _isWaiting.Remove(_waiting.Dequeue());

    public bool IsOver => Moving.Count == 0 && Waiting.Count == 0;
}
