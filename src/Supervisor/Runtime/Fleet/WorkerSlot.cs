using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Methods;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// The loop's record of a slot: the state of the slot machine and the process in the slot. During a rolling update a worker has
/// two slots. The new process starts in the second one, the replacement slot. After an exchange the old process drains there.
/// </summary>
internal sealed class WorkerSlot(WorkerName name, Service service)
{
    private (ServiceSpec Spec, SlotPolicy Policy)? _former;

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
        Process = Last = process;
    }

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

/// <summary>A process of a slot, from its spawn until it is reaped.</summary>
/// <param name="serial">Number that identifies the process in epoll and in messages. The daemon never uses it again.</param>
/// <param name="program">Path of the executed program.</param>
internal sealed partial class WorkerProcess(
    ulong serial,
    WorkerSlot slot,
    int generation,
    Pidfd handle,
    string program,
    Account account,
    Credentials credentials,
    ServiceSpec spec,
    TimeSpan started)
{
    /// <summary>The daemon remembers at most this many sockets of a process. The log has the others.</summary>
    private const int MostBinds = 256;

    private readonly BindMemory _binds = new(MostBinds);
    private MethodChoice _method = MethodChoice.Default;
    private bool _hasGone;

    public ulong Serial { get; } = serial;

    /// <summary>The slot of the process. A rolling update moves the process from one slot to another.</summary>
    public WorkerSlot Slot { get; private set; } = slot;

    public int Generation { get; } = generation;

    public Pidfd Handle { get; } = handle;

    public string Program { get; } = program;

    public Account Account { get; } = account;

    public Credentials Credentials { get; } = credentials;

    public TimeSpan Started { get; } = started;

    /// <summary>The name of the process's control group; null without one.</summary>
    public string? Group { get; init; }

    /// <summary>Inode of the group's directory; 0 without a group.</summary>
    public ulong GroupId { get; init; }

    /// <summary>How the process's sockets get their options.</summary>
    public MethodChoice Method { get => _method; init => _method = value; }

    /// <summary>True if the kernel may kill the process because of its <c>memory_max</c>.</summary>
    public bool HasMemoryLimit { get; } = spec.Process.Limits.Group.MemoryMax is not null;

    /// <summary>The number of output pipes that the process was started with.</summary>
    public int Pipes { get; init; }

    /// <summary>Descriptors of the process that a successor of the daemon needs.</summary>
    public ProcessDescriptors Descriptors { get; } = new();

    /// <summary>Null if no part of the daemon reads the output.</summary>
    public LastWords? LastWords { get; init; }

    public bool IsStarting => Slot.Process == this && Slot.Slot.State is SlotState.Starting;

    /// <summary>
    /// The number of processes that the process left behind as it ended with code 0 without a request to stop; 0 for other ends.
    /// </summary>
    public int LeftBehind { get; private set; }

    /// <summary>The newest outcome for each combination of call, socket type, address and port.</summary>
    public IReadOnlyCollection<BindOutcome> Binds => _binds.All;

    /// <summary>The sockets and ports that the process serves or has served.</summary>
    public ServedSockets Served { get; } = new(MostBinds);

    /// <summary>The newest bind or listen that failed and was not followed by a success; null if there is none.</summary>
    public BindOutcome? FailedBind => _binds.Failed;

    /// <summary>The reason why the preload library sent no line; null if it did, or the reason is not known yet.</summary>
    public PreloadDiagnosis? Silence { get; private set; }

    /// <summary>Moves the process to the other slot of its worker.</summary>
    public void MoveTo(WorkerSlot slot) => Slot = slot;

    /// <param name="isUnasked">True if the process ended with code 0 and no stop was requested.</param>
    public void RecordExit(bool isUnasked) => _hasGone = isUnasked;

    /// <summary>Records the number of processes of the tree that live after the process's end.</summary>
    public void RecordLeftBehind(int processes) => LeftBehind = _hasGone ? processes : 0;

    /// <summary>Records why the preload library sent no line. The kernel's outcomes make up for the lines.</summary>
    public void RecordSilence(PreloadDiagnosis silence)
    {
        if (!_method.IsObserved) Silence = silence;
        else if (silence.KeepsLibraryOut) _method = _method.After(silence);
    }

    public void Remember(BindOutcome outcome)
    {
        if (outcome.Socket is null) return;
        // The library's lines were only late.
        Silence = null;
        _binds.Add(outcome, outcome.Socket);
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
