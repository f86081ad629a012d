using Reuseportd.Model;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// A slot as the loop holds it: the value that the machine steps, and the process that runs in it now. A planned restart has two
/// for one worker for a while: the worker's own, and an <see cref="Replacement"/> in which the new process starts, and then the
/// old one drains.
/// </summary>
internal sealed class WorkerSlot(WorkerName name, Service service)
{
    private (ServiceSpec Spec, SlotPolicy Policy)? _former;

    public WorkerName Name { get; } = name;

    public Service Service { get; } = service;

    public Slot Slot { get; set; } = Slot.New;

    /// <summary>What its processes are started from: the service's, but for one that an update has not come to yet.</summary>
    public ServiceSpec Spec => _former?.Spec ?? Service.Spec;

    public SlotPolicy Policy => IsReplacement ? Former with { IsTrial = true } : Former;

    /// <summary>Null where none runs.</summary>
    public WorkerProcess? Process { get; set; }

    /// <summary>The start that is under way; null where none is.</summary>
    public IPendingStart? Pending { get; set; }

    /// <summary>The newest one, whether it runs or not.</summary>
    public WorkerProcess? Last { get; set; }

    /// <summary>The process before <see cref="Last"/>, of a worker that is tried again: it tells why until the new one binds.</summary>
    public WorkerProcess? LastTry { get; set; }

    /// <summary>As of <see cref="Slots.Slot.LastGiven"/>.</summary>
    public int LastGiven => Math.Max(Slot.Generation, Slot.LastGiven);

    /// <summary>The slot of the other process while it is being replaced.</summary>
    public WorkerSlot? Replacement { get; set; }

    /// <summary>It is no worker's own, and nobody counts it.</summary>
    public bool IsReplacement { get; init; }

    /// <summary>To be replaced: it has settled when that is done, or has come to nothing.</summary>
    public bool Updating { get; set; }

    /// <summary>Why it was not replaced as it was to be; null where it was.</summary>
    public UpdateFailure? UpdateFailure { get; set; }

    /// <summary>Connections that the ends of its former processes have cut, at the deadlines of their draining.</summary>
    public int Cut { get; set; }

    /// <summary>To be forgotten once it has stopped.</summary>
    public bool Leaving { get; set; }

    /// <summary>Whether it was to start or to go, and has neither got there nor failed at it since.</summary>
    public bool Unsettled { get; set; }

    private SlotPolicy Former => _former?.Policy ?? Service.Policy;

    /// <summary>Whatever the service becomes, this worker stays as it is until it is <see cref="Renew"/>ed.</summary>
    public void Keep(ServiceSpec spec) => _former = (spec, SlotPolicy.Of(spec));

    /// <summary>
    /// From here on it goes by what the service is; a process that ends, by what it was started as until it has.
    /// </summary>
    public void Renew()
    {
        if (Slot.State is SlotState.Draining or SlotState.Stopping) RenewsAtEnd = true;
        else Renewed();
    }

    /// <summary>It is to be replaced in its place: until it has ended it goes by what it was started as.</summary>
    public bool RenewsAtEnd { get; set; }

    /// <summary>The process that this waited for has ended.</summary>
    public void Renewed() => (_former, RenewsAtEnd) = (null, false);

    /// <summary>Whether another than the service's present specification holds for it.</summary>
    public bool IsKept => _former is not null;
}
