using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// The loop's record of a slot: the state of the slot machine and the process in the slot. During a rolling update a worker has
/// two slots. The new process starts in the <see cref="Replacement"/> slot. After an exchange the old process drains there.
/// </summary>
internal sealed class WorkerSlot(WorkerName name, Service service)
{
    private (ServiceSpec Spec, SlotPolicy Policy)? _former;

    public WorkerName Name { get; } = name;

    public Service Service { get; } = service;

    public Slot Slot { get; set; } = Slot.New;

    /// <summary>
    /// The specification for the next process. A worker that an update has not reached yet keeps the former specification.
    /// </summary>
    public ServiceSpec Spec => _former?.Spec ?? Service.Spec;

    public SlotPolicy Policy => IsReplacement ? Former with { IsTrial = true } : Former;

    /// <summary>Null if no process runs.</summary>
    public WorkerProcess? Process { get; set; }

    /// <summary>The start in progress; null if there is none.</summary>
    public IPendingStart? Pending { get; set; }

    /// <summary>The newest process, running or ended.</summary>
    public WorkerProcess? Last { get; set; }

    /// <summary>
    /// The process before <see cref="Last"/> while a worker retries: it explains the failure until the new process binds.
    /// </summary>
    public WorkerProcess? LastTry { get; set; }

    /// <summary>The highest generation of this slot, including <see cref="Slots.Slot.LastGiven"/>.</summary>
    public int LastGiven => Math.Max(Slot.Generation, Slot.LastGiven);

    /// <summary>The second slot of this worker during a rolling update.</summary>
    public WorkerSlot? Replacement { get; set; }

    /// <summary>True for the second slot of a worker. Counts do not include it.</summary>
    public bool IsReplacement { get; init; }

    /// <summary>
    /// True while the worker waits for its replacement. The slot settles when the replacement has succeeded or failed.
    /// </summary>
    public bool Updating { get; set; }

    /// <summary>The reason why the worker was not replaced as planned; null if it was.</summary>
    public UpdateFailure? UpdateFailure { get; set; }

    /// <summary>Connections that were cut by former processes of this slot at their drain timeout.</summary>
    public int Cut { get; set; }

    /// <summary>True if the loop forgets the slot as soon as it has stopped.</summary>
    public bool Leaving { get; set; }

    /// <summary>True from a request to start or stop until the slot has reached that state or failed to.</summary>
    public bool Unsettled { get; set; }

    private SlotPolicy Former => _former?.Policy ?? Service.Policy;

    /// <summary>Keeps the present specification of this worker until <see cref="Renew"/>, whatever the service becomes.</summary>
    public void Keep(ServiceSpec spec) => _former = (spec, SlotPolicy.Of(spec));

    /// <summary>
    /// Makes the service's specification apply to this worker. A process that is ending keeps its own specification until it has
    /// ended.
    /// </summary>
    public void Renew()
    {
        if (Slot.State is SlotState.Draining or SlotState.Stopping) RenewsAtEnd = true;
        else Renewed();
    }

    /// <summary>True if the service's specification applies only after the process has ended.</summary>
    public bool RenewsAtEnd { get; set; }

    /// <summary>Ends the wait of <see cref="RenewsAtEnd"/>.</summary>
    public void Renewed() => (_former, RenewsAtEnd) = (null, false);

    /// <summary>True if a specification other than the service's present one applies to this worker.</summary>
    public bool IsKept => _former is not null;
}
