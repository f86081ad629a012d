using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>One process of a slot, from its spawn until it is reaped.</summary>
/// <param name="serial">Number that is never used again in the daemon's life; what epoll and messages know it by.</param>
/// <param name="program">Path that was executed.</param>
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
    /// <summary>More sockets than this of one process are not remembered; the log has them.</summary>
    private const int MostBinds = 256;

    private readonly Dictionary<(OutcomeKind Call, string Type, string Address, int Port), BindOutcome> _binds = [];
    private readonly Queue<(ulong Inode, int Pid, int Descriptor)> _serving = new();
    private BindOutcome? _lastFailed;
    private TreeRoot? _tree;

    public ulong Serial { get; } = serial;

    /// <summary>A process that is being replaced goes from one to another.</summary>
    public WorkerSlot Slot { get; set; } = slot;

    public int Generation { get; } = generation;

    public Pidfd Handle { get; } = handle;

    public string Program { get; } = program;

    public Account Account { get; } = account;

    public Credentials Credentials { get; } = credentials;

    public TimeSpan Started { get; } = started;

    /// <summary>Name of the control group that it was born in; null without one.</summary>
    public string? Group { get; init; }

    /// <summary>Whether the kernel may end it for its <c>memory_max</c>.</summary>
    public bool HasMemoryLimit { get; } = spec.Process.Limits.Group.MemoryMax is not null;

    /// <summary>Output pipes that it was started with.</summary>
    public int Pipes { get; init; }

    /// <summary>Null where nobody reads its output.</summary>
    public LastWords? LastWords { get; init; }

    /// <summary>Whether its share was asked for: it is ready, or was.</summary>
    public bool IsServing { get; set; }

    /// <summary>Whether its sockets are where new connections go: ready, and steered to where that can be.</summary>
    public bool IsPlaced { get; set; }

    /// <summary>Connections that it still has, of one that is given nothing new; null where nobody has looked.</summary>
    public int? Connections { get; set; }

    /// <summary>Since when it is given nothing new; null while it is.</summary>
    public TimeSpan? WithdrawnAt { get; set; }

    /// <summary>Accepts nothing while others do, and is given nothing new.</summary>
    public bool IsStuck { get; set; }

    public bool IsStarting => Slot.Process == this && Slot.Slot.State is SlotState.Starting;

    /// <summary>Why it did not answer the newest probe; null where it did, or was not asked.</summary>
    public string? ProbeFailure { get; set; }

    /// <summary>Whether a probe was begun, answered or not.</summary>
    public bool IsProbed { get; set; }

    /// <summary>Whether there may be words of its preload library that nobody has read yet, also after its end.</summary>
    public bool IsSpeaking { get; set; }

    /// <summary>Ended with code 0, and was not asked to.</summary>
    public bool HasGone { get; set; }

    /// <summary>Processes that were found of it after such an end; 0 where it left none, or ended otherwise.</summary>
    public int LeftBehind { get; private set; }

    /// <summary>Resident bytes of it and all that it started, as last looked at; null where nobody looks.</summary>
    public ulong? Memory { get; set; }

    /// <summary>Waits to be replaced.</summary>
    public bool IsToBeRecycled { get; set; }

    /// <summary>When its replacement for that was last begun; null where it never was.</summary>
    public TimeSpan? RecycledAt { get; set; }

    /// <summary>The newest outcome of each call, socket type, address and port.</summary>
    public IReadOnlyCollection<BindOutcome> Binds => _binds.Values;

    /// <summary>The newest sockets that it serves or has served: several may have one address and port.</summary>
    public IReadOnlyCollection<(ulong Inode, int Pid, int Descriptor)> Serving => _serving;

    /// <summary>Ports that the kernel was seen to have for it, in their order; no more of them than of its sockets.</summary>
    public ValueList<int> KernelPorts { get; private set; } = [];

    /// <summary>The newest bind or listen that failed and has not come about since; null where there is none.</summary>
    public BindOutcome? FailedBind => _lastFailed is { } failed && !_binds.Values.Any(bind => bind.Succeeded && MakesUpFor(bind, failed)) ? failed : null;

    /// <summary>Why its preload library never said a word; null where it spoke, or nobody knows yet.</summary>
    public PreloadDiagnosis? Silence { get; set; }

    public void Leaves(int processes) => LeftBehind = HasGone ? processes : 0;

    public void Serves(ulong inode, int pid, int descriptor)
    {
        if (_serving.Count == MostBinds) _serving.Dequeue();
        _serving.Enqueue((inode, pid, descriptor));
    }

    public void SeenWith(ValueList<int> ports) => KernelPorts = new([.. KernelPorts.Union(ports).Order().Take(MostBinds)]);

    public void Remember(BindOutcome outcome)
    {
        if (outcome.Socket is not { } socket) return;
        // It was only late.
        Silence = null;
        if (!outcome.Succeeded) _lastFailed = outcome;
        // A DNS server binds one address and port for TCP and for UDP.
        var key = (outcome.Kind, socket.Type, socket.Address, socket.Port);
        if (_binds.ContainsKey(key) || _binds.Count < MostBinds) _binds[key] = outcome;
    }

    /// <summary>Who listens has bound.</summary>
    private static bool MakesUpFor(BindOutcome one, BindOutcome failed) =>
        one.Kind >= failed.Kind && KeyOf(one.Socket!) == KeyOf(failed.Socket!);

    private static (string Type, string Address, int Port) KeyOf(SocketOutcome socket) => (socket.Type, socket.Address, socket.Port);

    /// <summary>What its descendants are told from those of others by.</summary>
    public TreeRoot Tree(bool isReaped)
    {
        var tree = _tree ??= new TreeRoot(Handle.Pid, IsReaped: false, Marks.Of(Slot.Name, Generation));
        return isReaped ? tree with { IsReaped = true } : tree;
    }
}
