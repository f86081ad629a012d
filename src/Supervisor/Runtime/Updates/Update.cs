using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Updates;

/// <summary>A rolling update of a service, running or paused: its state, and the slots of its workers.</summary>
/// <param name="former">The specification of the service before the update; null if the update only restarts workers.</param>
internal sealed class Update(Service service, ServiceSpec? former, SlotConditions conditions, bool isRollback = false)
{
    private readonly Dictionary<int, WorkerSlot> _slots = [];
    private readonly HashSet<int> _moved = [];

    /// <summary>Workers of the service that start, drain or stop, in the update or not.</summary>
    private readonly HashSet<int> _changing = [];

    public Service Service { get; } = service;

    public ServiceSpec? Former { get; } = former;

    /// <summary>Only the owner of the update sets it.</summary>
    public UpdateState State { get; set; } = new() { IsChange = former is not null, IsRollback = isRollback };

    public bool IsRollback => State.IsRollback;

    /// <summary>Records that a user requested the former specification, which differs from the service's file.</summary>
    public void TakeBack() => State = State with { IsTakenBack = true };

    public bool IsPaused => State.IsPaused;

    public IReadOnlyCollection<int> Done => State.Done;

    public int Count => State.Count;

    /// <summary>The reason why the update stopped; null without a failure since its begin or resume.</summary>
    public UpdateStop? Failure { get; private set; }

    /// <summary>Number of open connections of old processes when they got their stop signal.</summary>
    public int Cut { get; set; }

    /// <summary>True if the update is in the queue of the runner.</summary>
    public bool IsDue { get; set; }

    /// <summary>True while a worker of the service starts, drains or stops.</summary>
    public bool IsChanging => _changing.Count > 0;

    /// <summary>The first waiting worker; null if no worker waits.</summary>
    public WorkerCondition? Next => State.Waiting.Count == 0 ? null : conditions.OfWorker(_slots[State.Waiting.First]);

    /// <summary>The slot of a worker of the update.</summary>
    public WorkerSlot Slot(int worker) => _slots[worker];

    /// <summary>True if the slot belongs to a worker of the update.</summary>
    public bool Has(WorkerSlot slot) => _slots.GetValueOrDefault(slot.Name.Index) == slot;

    /// <summary>True if the slot's worker has no new process yet.</summary>
    public bool Waits(WorkerSlot slot) => Has(slot) && (State.Waiting.Contains(slot.Name.Index)
        || (State.Moving.TryGetValue(slot.Name.Index, out var stage) && stage != ReplacementStage.EndingOld));

    /// <returns>The former slot of the worker's number, if it is a different slot; else null.</returns>
    public WorkerSlot? SlotBefore(WorkerSlot slot) =>
        _slots.TryGetValue(slot.Name.Index, out var before) && before != slot ? before : null;

    /// <summary>Records a failure. The update stops at the first failure.</summary>
    public void NoteFailure(UpdateStop failure) => Failure ??= failure;

    public void ForgetFailure() => Failure = null;

    public void Enter(WorkerSlot slot) => _slots[slot.Name.Index] = slot;

    /// <summary>Records a slot of the service that has changed, or a slot with a changed replacement slot.</summary>
    public void Note(WorkerSlot slot)
    {
        if (State.Moving.ContainsKey(slot.Name.Index)) _moved.Add(slot.Name.Index);
        if (slot.IsReplacement) return;
        if (slot.Slot.State.IsChanging) _changing.Add(slot.Name.Index);
        else _changing.Remove(slot.Name.Index);
    }

    /// <summary>The workers that have changed since the last call.</summary>
    public IReadOnlyList<WorkerCondition> TakeMoved()
    {
        WorkerCondition[] moved = [.. _moved.Select(worker => conditions.OfWorker(_slots[worker]))];
        _moved.Clear();
        return moved;
    }
}

/// <summary>The rest of an update that an earlier daemon began.</summary>
/// <param name="Former">The specification before the update; null if the update only restarts workers.</param>
/// <param name="IsTakenBack">See <see cref="UpdateState.IsTakenBack"/>.</param>
internal sealed record UpdateRest(ServiceSpec? Former, bool IsRollback, bool IsTakenBack, bool IsPaused);
