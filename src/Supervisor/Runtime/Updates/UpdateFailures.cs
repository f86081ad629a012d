using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Updates;

/// <summary>The workers that were not replaced as planned, with the reasons. Only the loop's thread uses it.</summary>
internal sealed class UpdateFailures
{
    private readonly Dictionary<WorkerSlot, UpdateFailure> _failures = [];

    /// <summary>Null if the worker was replaced as planned.</summary>
    public UpdateFailure? Of(WorkerSlot slot) => _failures.GetValueOrDefault(slot);

    public void Set(WorkerSlot slot, UpdateFailure failure) => _failures[slot] = failure;

    /// <summary>Sets the failure of a worker that has none.</summary>
    public void SetFirst(WorkerSlot slot, UpdateFailure failure) => _failures.TryAdd(slot, failure);

    public void Forget(WorkerSlot slot) => _failures.Remove(slot);

    public void Forget(IEnumerable<WorkerSlot> slots)
    {
        foreach (var slot in slots) Forget(slot);
    }
}
