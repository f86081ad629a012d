using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Updates;

/// <summary>The workers that an update did not replace, with the reasons. Only the loop's thread uses the class.</summary>
internal sealed class UpdateFailures
{
    private readonly Dictionary<WorkerSlot, UpdateFailure> _failures = [];

    /// <summary>Null if no update failed to replace the worker.</summary>
    public UpdateFailure? Of(WorkerSlot slot) => _failures.GetValueOrDefault(slot);

    public void Set(WorkerSlot slot, UpdateFailure failure) => _failures[slot] = failure;

    /// <summary>Sets the failure of a worker. An earlier failure remains.</summary>
    public void SetFirst(WorkerSlot slot, UpdateFailure failure) => _failures.TryAdd(slot, failure);

    public void Forget(WorkerSlot slot) => _failures.Remove(slot);

    public void Forget(IEnumerable<WorkerSlot> slots)
    {
        foreach (var slot in slots) Forget(slot);
    }
}
