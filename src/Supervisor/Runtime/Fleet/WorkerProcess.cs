using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>A process of a slot, from its spawn until it is reaped.</summary>
/// <param name="serial">Number that identifies the process in epoll and in messages. The daemon never uses it again.</param>
/// <param name="program">Path of the executed program.</param>
internal sealed class WorkerProcess(
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

    private readonly Dictionary<(OutcomeKind Call, string Type, string Address, int Port), BindOutcome> _binds = [];
    private readonly Queue<(ulong Inode, int Pid, int Descriptor)> _serving = new();
    private BindOutcome? _lastFailed;
    private TreeRoot? _tree;
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

    /// <summary>True if the kernel may kill the process because of its <c>memory_max</c>.</summary>
    public bool HasMemoryLimit { get; } = spec.Process.Limits.Group.MemoryMax is not null;

    /// <summary>The number of output pipes that the process was started with.</summary>
    public int Pipes { get; init; }

    /// <summary>Null if no part of the daemon reads the output.</summary>
    public LastWords? LastWords { get; init; }

    public bool IsStarting => Slot.Process == this && Slot.Slot.State is SlotState.Starting;

    /// <summary>
    /// The number of processes that the process left behind as it ended with code 0 without a request to stop; 0 for other ends.
    /// </summary>
    public int LeftBehind { get; private set; }

    /// <summary>The newest outcome for each combination of call, socket type, address and port.</summary>
    public IReadOnlyCollection<BindOutcome> Binds => _binds.Values;

    /// <summary>
    /// The newest sockets that the process serves or has served. Several sockets may have the same address and port.
    /// </summary>
    public IReadOnlyCollection<(ulong Inode, int Pid, int Descriptor)> Serving => _serving;

    /// <summary>Ports that the kernel reported for the process, in ascending order and limited in number.</summary>
    public ValueList<int> KernelPorts { get; private set; } = [];

    /// <summary>The newest bind or listen that failed and was not followed by a success; null if there is none.</summary>
    public BindOutcome? FailedBind =>
        _lastFailed is { } failed && !_binds.Values.Any(bind => bind.Succeeded && MakesUpFor(bind, failed)) ? failed : null;

    /// <summary>The reason why the preload library sent no line; null if it did, or the reason is not known yet.</summary>
    public PreloadDiagnosis? Silence { get; private set; }

    /// <summary>Moves the process to the other slot of its worker.</summary>
    public void MoveTo(WorkerSlot slot) => Slot = slot;

    /// <param name="isUnasked">True if the process ended with code 0 and no stop was requested.</param>
    public void RecordExit(bool isUnasked) => _hasGone = isUnasked;

    /// <summary>Records the number of processes of the tree that live after the process's end.</summary>
    public void RecordLeftBehind(int processes) => LeftBehind = _hasGone ? processes : 0;

    /// <summary>Records why the preload library sent no line.</summary>
    public void RecordSilence(PreloadDiagnosis silence) => Silence = silence;

    public void RecordSocket(ulong inode, int pid, int descriptor)
    {
        if (_serving.Count == MostBinds) _serving.Dequeue();
        _serving.Enqueue((inode, pid, descriptor));
    }

    public void RecordKernelPorts(ValueList<int> ports) =>
        KernelPorts = new([.. KernelPorts.Union(ports).Order().Take(MostBinds)]);

    public void Remember(BindOutcome outcome)
    {
        if (outcome.Socket is not { } socket) return;
        // The library's lines were only late.
        Silence = null;
        if (!outcome.Succeeded) _lastFailed = outcome;
        // A DNS server binds the same address and port for TCP and for UDP.
        var key = (outcome.Kind, socket.Type, socket.Address, socket.Port);
        if (_binds.ContainsKey(key) || _binds.Count < MostBinds) _binds[key] = outcome;
    }

    /// <summary>A later listen also makes up for a failed bind, as it implies one.</summary>
    private static bool MakesUpFor(BindOutcome later, BindOutcome failed) =>
        later.Kind >= failed.Kind && KeyOf(later.Socket!) == KeyOf(failed.Socket!);

    private static (string Type, string Address, int Port) KeyOf(SocketOutcome socket) =>
        (socket.Type, socket.Address, socket.Port);

    /// <summary>Describes the process tree, so that its descendants can be told from those of other workers.</summary>
    public TreeRoot Tree(bool isReaped)
    {
        var tree = _tree ??= new TreeRoot(Handle.Pid, IsReaped: false, Marks.For(Slot.Name, Generation));
        return isReaped ? tree with { IsReaped = true } : tree;
    }
}
