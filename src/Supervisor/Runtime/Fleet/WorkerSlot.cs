using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// The loop's record of a slot: the state of the slot machine and the process in the slot. During a rolling update a worker has
/// two slots. The new process starts in the second one, the replacement slot. After an exchange the old process drains there.
/// </summary>
internal sealed class WorkerSlot(WorkerName name, Service service)
{
    private (ServiceSpec Spec, SlotPolicy Policy)? _former;
    private LastWords? _recalled;

    public WorkerName Name { get; } = name;

    public Service Service { get; } = service;

    /// <summary>The state of the slot machine.</summary>
    public Slot Slot { get; private set; } = Slot.New;

    /// <summary>
    /// The specification for the next process. A worker that an update has not reached yet keeps the former specification.
    /// </summary>
    public ServiceSpec Spec => _former?.Spec ?? Service.Spec;

    public SlotPolicy Policy => IsReplacement ? Former with { IsTrial = true } : Former;

    /// <summary>Null if no process runs.</summary>
    public WorkerProcess? Process { get; private set; }

    /// <summary>The start in progress; null if there is none.</summary>
    public IPendingStart? Pending { get; private set; }

    /// <summary>The newest process, running or ended.</summary>
    public WorkerProcess? Last { get; private set; }

    /// <summary>
    /// The process before <see cref="Last"/> while a worker retries: it explains the failure until the new process binds.
    /// </summary>
    public WorkerProcess? LastTry { get; private set; }

    /// <summary>
    /// The last lines of the newest process that has ended; with a running process, of the one before it that failed. An earlier
    /// daemon may have read them. Null if there was no such process.
    /// </summary>
    public LastWords? EndedWords => (Process is null ? Last : LastTry)?.LastWords ?? _recalled;

    /// <summary>The highest generation of this slot, including <see cref="Slots.Slot.LastGiven"/>.</summary>
    public int LastGiven => Math.Max(Slot.Generation, Slot.LastGiven);

    /// <summary>True for the second slot of a worker. Counts do not include it.</summary>
    public bool IsReplacement { get; init; }

    /// <summary>True if the loop forgets the slot as soon as it has stopped.</summary>
    public bool Leaving { get; private set; }

    private SlotPolicy Former => _former?.Policy ?? Service.Policy;

    /// <summary>Sets the worker's specification until <see cref="Renew"/>. Changes of the service apply after that.</summary>
    public void Keep(ServiceSpec spec) => _former = (spec, SlotPolicy.From(spec));

    /// <summary>Takes the state that the slot machine has reached.</summary>
    public void MoveTo(Slot slot) => Slot = slot;

    /// <summary>Takes a start in progress.</summary>
    public void Begin(IPendingStart start) => Pending = start;

    /// <summary>Forgets the start in progress, which has ended.</summary>
    public void EndStart() => Pending = null;

    /// <summary>Takes a process that runs.</summary>
    public void Enter(WorkerProcess process)
    {
        LastTry = Slot.Streak > 0 ? Last : null;
        if (Last is not null || Slot.Streak == 0) _recalled = null;
        Process = Last = process;
    }

    /// <summary>Takes the last lines of a process that has ended before this daemon.</summary>
    public void Recall(LastWords words) => _recalled = words;

    /// <summary>Forgets a process that has ended. It remains the <see cref="Last"/>.</summary>
    public void Leave(WorkerProcess process)
    {
        if (Process == process) Process = null;
    }

    /// <summary>Exchanges the processes and starts of two slots. The states of their slot machines stay.</summary>
    public void ExchangeProcesses(WorkerSlot other)
    {
        (Process, other.Process) = (other.Process, Process);
        (Last, other.Last) = (other.Last, Last);
        (Pending, other.Pending) = (other.Pending, Pending);
        TellPlace();
        other.TellPlace();
    }

    /// <summary>True if the worker starts when the drained host is taken back.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>Makes the worker start when the drained host is taken back.</summary>
    public void HoldBack() => IsHeldBack = true;

    /// <summary>Ends the effect of <see cref="HoldBack"/>.</summary>
    public void TakeBack() => IsHeldBack = false;

    /// <summary>Lets the loop forget the slot as soon as it has stopped.</summary>
    public void Retire() => Leaving = true;

    /// <summary>Takes back <see cref="Retire"/>.</summary>
    public void Return() => Leaving = false;

    /// <summary>
    /// Makes the service's specification apply to this worker. A process that is ending keeps its own specification until it has
    /// ended.
    /// </summary>
    public void Renew()
    {
        if (Slot.State is SlotState.Draining or SlotState.Stopping) RenewAtEnd();
        else Renewed();
    }

    /// <summary>True if the service's specification applies only after the process has ended.</summary>
    public bool RenewsAtEnd { get; private set; }

    /// <summary>Makes the service's specification apply when the process has ended.</summary>
    public void RenewAtEnd() => RenewsAtEnd = true;

    /// <summary>Ends the wait of <see cref="RenewsAtEnd"/>.</summary>
    public void Renewed() => (_former, RenewsAtEnd) = (null, false);

    /// <summary>True if a specification other than the service's present one applies to this worker.</summary>
    public bool IsKept => _former is not null;

    private void TellPlace()
    {
        Last?.MoveTo(this);
        Process?.MoveTo(this);
        Pending?.MoveTo(this);
    }
}

/// <summary>A start of a worker's process that has not finished.</summary>
internal interface IPendingStart
{
    /// <summary>Gives the process to the other slot of its worker, see <see cref="WorkerSlot.ExchangeProcesses"/>.</summary>
    void MoveTo(WorkerSlot slot);

    /// <summary>Cancels the start, and kills the process if it already exists.</summary>
    void Stop();
}
