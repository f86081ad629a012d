using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Whether the daemon's limits have room for one more process, and the slots that wait for it. The descriptors that the daemon
/// itself needs are never given to workers; what other limits there are, a failed start tells. Only the loop's thread uses it;
/// each call is O(1).
/// </summary>
/// <param name="budget">Of the descriptors.</param>
/// <param name="used">Descriptors that workers and their starts have at this moment.</param>
internal sealed class Room(DescriptorBudget budget, Func<long> used, ILogger log)
{
    /// <summary>A limit may be raised, or memory be freed, by somebody else.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Slots that are released at one time: the limit may be met again by the next ones.</summary>
    private const int Batch = 8;

    /// <summary>Of services that run, their replacements: ahead of workers that never ran.</summary>
    private readonly Queue<(WorkerSlot Slot, int Generation)> _replacements = new();
    private readonly Queue<(WorkerSlot Slot, int Generation)> _others = new();

    /// <summary>The limit that the newest start has met; null where that found room.</summary>
    private string? _met;
    private TimeSpan _nextTry;
    private bool _isTrying;

    /// <summary>Descriptors of starts in the queue. They go ahead of slots that wait here.</summary>
    private long _reserved;

    private bool HasWaiting => _replacements.Count > 0 || _others.Count > 0;

    /// <summary>The limit that has no room for a process; null where there is room.</summary>
    public string? LimitFor(ProcessSpec process)
    {
        if (used() + DescriptorBudget.For(process) > budget.ForWorkers) return budget.Words;
        if (_met is null) return null;
        // One at a time tries whether it is still so.
        if (!_isTrying) return _met;
        _isTrying = false;
        return null;
    }

    /// <summary>A start joins the queue.</summary>
    public void Reserve(int descriptors) => _reserved += descriptors;

    /// <summary>A start has left the queue.</summary>
    public void Release(int descriptors) => _reserved -= descriptors;

    /// <summary>A start has met a limit.</summary>
    public void Meet(string limit, TimeSpan now)
    {
        _met = limit;
        _nextTry = now + BetweenTries;
    }

    /// <summary>A start came about.</summary>
    public void Found(Service service)
    {
        _met = null;
        if (service.Waiting == 0) service.SaidLimit = null;
    }

    /// <summary>A process has ended: there may be room.</summary>
    public void Freed(TimeSpan now)
    {
        if (_met is not null) _nextTry = now;
    }

    /// <summary>A slot waits from here on. One line says so for the whole service.</summary>
    public void Wait(WorkerSlot slot, string limit)
    {
        (slot.Last is null ? _others : _replacements).Enqueue((slot, slot.Slot.Generation));
        if (slot.Service.SaidLimit == limit) return;
        slot.Service.SaidLimit = limit;
        log.NoRoom(slot.Service.Spec.Name, limit);
    }

    public TimeSpan? NextWait(TimeSpan now) =>
        !HasWaiting ? null : _nextTry > now ? _nextTry - now : BetweenTries;

    /// <summary>Slots that wait and for which there may be room now. They are to be told so.</summary>
    public IEnumerable<WorkerSlot> Pass(TimeSpan now)
    {
        if (!HasWaiting || (_met is not null && now < _nextTry)) yield break;
        var most = _met is null ? Batch : 1;
        var planned = used() + _reserved;
        while (most > 0 && TryPeek(out var slot))
        {
            planned += DescriptorBudget.For(slot.Spec.Process);
            if (planned > budget.ForWorkers) yield break;
            Take();
            most--;
            _isTrying = _met is not null;
            _nextTry = now + BetweenTries;
            yield return slot;
        }
    }

    private void Take() => _ = _replacements.Count > 0 ? _replacements.Dequeue() : _others.Dequeue();

    /// <summary>Those that were stopped meanwhile are forgotten.</summary>
    private bool TryPeek(out WorkerSlot slot)
    {
        while (HasWaiting)
        {
            (slot, var generation) = _replacements.Count > 0 ? _replacements.Peek() : _others.Peek();
            if (slot.Slot is { State: SlotState.Waiting } waits && waits.Generation == generation) return true;
            Take();
        }

        slot = null!;
        return false;
    }
}
