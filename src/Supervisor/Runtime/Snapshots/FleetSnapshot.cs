using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Readiness;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The fleet at one moment, as the loop saw it. Times are offsets on the daemon's monotonic clock.</summary>
internal sealed record FleetSnapshot(TimeSpan Now, FleetCounts Counts, ValueList<WorkerSnapshot> Workers)
{
    /// <summary>The longest time that anything has waited for the loop in the last 15 to 45 seconds.</summary>
    public TimeSpan LoopDelay { get; init; }

    /// <summary>By name; those that are leaving are not among them.</summary>
    public ValueList<ServiceSnapshot> Services { get; init; }
}

/// <summary>One service at that moment.</summary>
/// <param name="Declared">As its file said.</param>
/// <param name="Spec">What it is run by: the same, with as many workers as are wanted.</param>
/// <param name="Overrides">What was asked of it since.</param>
internal sealed record ServiceSnapshot(ServiceSpec Declared, ServiceSpec Spec, ServiceOverrides Overrides)
{
    /// <summary>A planned restart of it has stopped half way.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The planned restart of it that is on its way or has stopped half way; null where there is none.</summary>
    public UpdateSnapshot? Update { get; init; }
}

/// <summary>How far a planned restart was at that moment.</summary>
/// <param name="Done">Workers that are what they are to be.</param>
/// <param name="Count">Workers that it is of.</param>
/// <param name="IsRollback">Whether they become what they were.</param>
/// <param name="Failure">Why it stopped; null where nothing has failed.</param>
internal sealed record UpdateSnapshot(int Done, int Count, bool IsPaused, bool IsRollback, string? Failure)
{
    /// <summary>Whether workers are to become something else by it; else they are only started anew.</summary>
    public bool IsChange { get; init; }
}

/// <summary>One worker at that moment.</summary>
/// <param name="State">Word of the slot state.</param>
/// <param name="Pid">Process id, or null where no process runs.</param>
/// <param name="Started">When the process was started; null where none runs.</param>
/// <param name="Binds">Newest outcome of each call, socket type, address and port that the process tried.</param>
/// <param name="Detail">What it waits for, or why it failed; null where there is nothing to add.</param>
/// <param name="NextTry">When it is tried again, in backoff.</param>
internal sealed record WorkerSnapshot(
    WorkerName Name,
    string State,
    int? Pid,
    int Generation,
    int Restarts,
    TimeSpan? Started,
    ExitStatus? LastExit,
    TimeSpan? NextTry,
    string? Detail,
    ValueList<BindOutcome> Binds)
{
    /// <summary><see cref="Detail"/> of one that does not serve, for where what it bound is said beside it.</summary>
    public string? DetailWithoutPorts { get; init; }

    /// <summary>Since when it has been ready; null where it is not.</summary>
    public TimeSpan? ReadySince { get; init; }

    /// <summary>To be replaced, and not yet.</summary>
    public bool IsUpdating { get; init; }

    /// <summary>
    /// Connections of the process that is given nothing new: its own, or the former one; null where none drains.
    /// </summary>
    public int? Draining { get; init; }

    /// <summary>Whom its newest process runs or ran as; null where there was none.</summary>
    public uint? User { get; init; }

    /// <summary>Ports that it is to share.</summary>
    public PortFilter Ports { get; init; } = PortFilter.Any;

    /// <summary>Why the preload library in its newest process never said a word; null where it spoke, or nobody knows.</summary>
    public PreloadReason? Silence { get; init; }

    /// <summary>Why no lines of its preload library come, whatever it binds; null where they do, as far as is known.</summary>
    public Unheard? Unheard { get; init; }

    /// <summary>Ports that the kernel said its newest process serves, where it was asked while that started.</summary>
    public ValueList<int> KernelPorts { get; init; } = [];

    /// <summary>What <see cref="Detail"/> says of its own process alone.</summary>
    public string? Own { get; init; }

    /// <summary>Whether its newest process has ended, and not all that this said has been read.</summary>
    public bool IsUnread { get; init; }

    /// <summary>Of the process that came to nothing, see <see cref="SnapshotBuilder.LastWords"/>; null where none did.</summary>
    public LastWords? LastWords { get; init; }

    /// <summary>To be replaced once somebody lets its update go on.</summary>
    public bool IsPostponed { get; init; }

    /// <summary>Another process of it that came to nothing, or has not got there yet; null where none is of interest.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>The newest bind or listen that failed and has not come about since.</summary>
    public BindOutcome? FailedBind { get; init; }
}
