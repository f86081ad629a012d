using System.Runtime.CompilerServices;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Decides whether the daemon's limits leave room for one more process, and holds the slots that wait for room. Descriptors that
/// the daemon itself needs are never given to workers. Other limits show only when a start fails. Only the loop's thread uses it.
/// Each call is O(1).
/// </summary>
/// <param name="budget">The budget of file descriptors.</param>
/// <param name="counts">Gives the number of a service's workers that wait.</param>
/// <param name="used">Descriptors that workers and their starts use at this moment.</param>
internal sealed class Room(DescriptorBudget budget, SlotCounts counts, Func<long> used, ILogger log)
{
    /// <summary>Some other process may free memory, or an administrator may raise a limit.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Workers whose restart delay is longer lose their room: a program that keeps crashing must not hold it.</summary>
    private static readonly TimeSpan LongestKept = TimeSpan.FromSeconds(1);

    /// <summary>Slots that are released at once. The next ones may reach the limit again.</summary>
    private const int Batch = 8;

    /// <summary>Replacements for workers that ran before. They go ahead of workers that never ran.</summary>
    private readonly Queue<(WorkerSlot Slot, int Generation)> _replacements = new();
    private readonly Queue<(WorkerSlot Slot, int Generation)> _others = new();

    /// <summary>The limit that the newest start has reached; null after a start that succeeded.</summary>
    private string? _limitMet;
    private TimeSpan _nextTry;
    private bool _isTrying;

    /// <summary>
    /// Workers that start again after a short delay, with the descriptors of their former process: others do not get that room.
    /// </summary>
    private readonly Dictionary<WorkerSlot, int> _kept = [];
    private readonly Queue<(WorkerSlot Slot, TimeSpan Until)> _keptUntil = new();
    private long _keptDescriptors;

    /// <summary>Descriptors of starts in the queue. They go ahead of the slots that wait here.</summary>
    private long _reserved;

    /// <summary>The limit that the log last named as the reason for a service's waiting workers.</summary>
    private readonly ConditionalWeakTable<Service, string> _logged = [];

    private bool HasWaiting => _replacements.Count > 0 || _others.Count > 0;

    /// <summary>The limit that leaves no room for a process; null if there is room.</summary>
    public string? LimitFor(ProcessSpec process)
    {
        if (used() + DescriptorBudget.For(process) > budget.ForWorkers) return budget.Words;
        if (_limitMet is null) return null;
        // One start at a time tries whether the limit still applies.
        if (!_isTrying) return _limitMet;
        _isTrying = false;
        return null;
    }

    /// <summary>Reserves descriptors for a start that joins the queue.</summary>
    public void Reserve(WorkerSlot slot, int descriptors)
    {
        _reserved += descriptors;
        // The former process of this worker has made room below the limit.
        if (Forget(slot) && _limitMet is not null) _isTrying = true;
    }

    /// <summary>Releases the descriptors of a start that has left the queue.</summary>
    public void Release(int descriptors) => _reserved -= descriptors;

    /// <summary>Records that a start has reached a limit.</summary>
    public void LimitMet(string limit, TimeSpan now)
    {
        _limitMet = limit;
        _nextTry = now + BetweenTries;
    }

    /// <summary>Records that a start has succeeded.</summary>
    public void StartSucceeded(Service service)
    {
        _limitMet = null;
        if (counts.WaitingOf(service) == 0) _logged.Remove(service);
    }

    /// <summary>Records that a process has ended, so that there may be room.</summary>
    public void ProcessEnded(WorkerSlot slot, TimeSpan now)
    {
        if (HasWaiting && slot.Slot.State is SlotState.Backoff waits && waits.Until - now <= LongestKept)
        {
            Keep(slot, now);
            return;
        }

        if (_limitMet is not null) _nextTry = now;
    }

    /// <summary>Makes a slot wait. One log line reports it for the whole service.</summary>
    public void Enqueue(WorkerSlot slot, string limit)
    {
        (slot.Last is null ? _others : _replacements).Enqueue((slot, slot.Slot.Generation));
        if (_logged.TryGetValue(slot.Service, out var logged) && logged == limit) return;
        _logged.AddOrUpdate(slot.Service, limit);
        log.NoRoom(slot.Service.Spec.Name, limit);
    }

    public TimeSpan? NextWait(TimeSpan now) =>
        !HasWaiting ? null : _nextTry > now ? _nextTry - now : BetweenTries;

    /// <summary>Slots for which there may be room now. The caller must start them.</summary>
    public IEnumerable<WorkerSlot> TakeNext(TimeSpan now)
    {
        if (!HasWaiting || (_limitMet is not null && now < _nextTry)) yield break;
        var most = _limitMet is null ? Batch : 1;
        while (_keptUntil.TryPeek(out var kept) && kept.Until <= now) Forget(_keptUntil.Dequeue().Slot);
        var planned = used() + _reserved + _keptDescriptors;
        while (most > 0 && TryPeek(out var slot))
        {
            planned += DescriptorBudget.For(slot.Spec.Process);
            if (planned > budget.ForWorkers) yield break;
            Dequeue();
            most--;
            _isTrying = _limitMet is not null;
            _nextTry = now + BetweenTries;
            yield return slot;
        }
    }

    private void Keep(WorkerSlot slot, TimeSpan now)
    {
        Forget(slot);
        var descriptors = DescriptorBudget.For(slot.Spec.Process);
        _kept.Add(slot, descriptors);
        _keptDescriptors += descriptors;
        _keptUntil.Enqueue((slot, now + LongestKept));
    }

    /// <returns>True if room was kept for the slot.</returns>
    private bool Forget(WorkerSlot slot)
    {
        if (!_kept.Remove(slot, out var descriptors)) return false;
        _keptDescriptors -= descriptors;
        return true;
    }

    private void Dequeue() => _ = _replacements.Count > 0 ? _replacements.Dequeue() : _others.Dequeue();

    /// <summary>Skips slots that were stopped while they waited.</summary>
    private bool TryPeek(out WorkerSlot slot)
    {
        while (HasWaiting)
        {
            (slot, var generation) = _replacements.Count > 0 ? _replacements.Peek() : _others.Peek();
            if (slot.Slot is { State: SlotState.Waiting } waits && waits.Generation == generation) return true;
            Dequeue();
        }

        slot = null!;
        return false;
    }
}
