using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Methods;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

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

    /// <summary>True if a process of the worker has restricted itself by Landlock (seccomp method).</summary>
    public bool IsConfined { get; private set; }

    public void RecordConfined() => IsConfined = true;

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
