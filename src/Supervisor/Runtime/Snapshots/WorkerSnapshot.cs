using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>One worker at one moment: facts only, of its slot and of its newest process. The floor above words them.</summary>
/// <param name="Pid">Process id; null where no process runs.</param>
/// <param name="Started">When the process was started; null where no process runs.</param>
/// <param name="NextTry">When the daemon starts the next process, in backoff.</param>
/// <param name="Binds">Newest outcome for each call, socket type, address and port of the process.</param>
internal sealed record WorkerSnapshot(
    WorkerName Name,
    WorkerState State,
    int? Pid,
    int Generation,
    int Restarts,
    TimeSpan? Started,
    ExitStatus? LastExit,
    TimeSpan? NextTry,
    ValueList<BindOutcome> Binds)
{
    /// <summary>
    /// Whether the snapshot is of a process that failed and that the daemon does not start again. <see cref="State"/> is then
    /// the state that the process left its slot in.
    /// </summary>
    public bool IsOver { get; init; }

    /// <summary>Why the worker is in its state; null where the state says all.</summary>
    public StateReason? Reason { get; init; }

    /// <summary>What happens to the processes of the worker besides; null for nothing.</summary>
    public WorkerActivity? Activity { get; init; }

    /// <summary>Why an update did not replace the worker; null where no update failed or is paused.</summary>
    public UpdateObstacle? NotReplaced { get; init; }

    /// <summary>Since when the worker has been ready; null where it is not.</summary>
    public TimeSpan? ReadySince { get; init; }

    /// <summary>Whether an update is going to replace the worker.</summary>
    public bool IsUpdating { get; init; }

    /// <summary>Open connections of the process that drains, own or former; null where none drains.</summary>
    public int? Draining { get; init; }

    /// <summary>User id of the newest process; null where there was none.</summary>
    public uint? User { get; init; }

    /// <summary>Ports that the worker shares with others.</summary>
    public PortFilter Ports { get; init; } = PortFilter.Any;

    /// <summary>Why the preload library in the newest process is silent; null where it is not, or nobody knows.</summary>
    public PreloadDiagnosis? Silence { get; init; }

    /// <summary>Why no outcome lines of the process reach the daemon; null where they do.</summary>
    public OutcomesMissing? OutcomesMissing { get; init; }

    /// <summary>Ports that sock_diag showed for the newest process while it started.</summary>
    public ValueList<int> KernelPorts { get; init; } = [];

    /// <summary>Processes that the newest process left behind when it ended with code 0.</summary>
    public int LeftBehind { get; init; }

    /// <summary>Whether the newest process has ended and the daemon has not read all of its output.</summary>
    public bool IsUnread { get; init; }

    /// <summary>Last lines of the process that failed; null where none did.</summary>
    public LastWords? LastWords { get; init; }

    /// <summary>Another process of the worker that failed or is not ready yet; null where none matters.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>The newest bind or listen that failed and has not succeeded since.</summary>
    public BindOutcome? FailedBind { get; init; }

    /// <summary>Whether the worker is replaced only once its update is resumed.</summary>
    public bool IsPostponed => NotReplaced is UpdateObstacle.UpdatePaused;
}
