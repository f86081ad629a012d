using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The facts of one worker at one moment: its slot and its newest process. Diagnosis makes texts of them.</summary>
/// <param name="Pid">Process id; null if no process runs.</param>
/// <param name="Started">When the process was started; null if no process runs.</param>
/// <param name="NextTry">In backoff: the time of the next start.</param>
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
    /// True for the snapshot of a failed process that the daemon does not start again. <see cref="State"/> is then the state of
    /// the slot after the failure.
    /// </summary>
    public bool IsOver { get; init; }

    /// <summary>The reason for the state; null if the state needs no explanation.</summary>
    public StateReason? Reason { get; init; }

    /// <summary>The activity of the processes of the worker; null if there is none.</summary>
    public WorkerActivity? Activity { get; init; }

    /// <summary>The reason why an update did not replace the worker; null if no update failed or is paused.</summary>
    public UpdateObstacle? NotReplaced { get; init; }

    /// <summary>The time at which the worker became ready; null if it is not ready.</summary>
    public TimeSpan? ReadySince { get; init; }

    /// <summary>True if the worker waits to be replaced by an update.</summary>
    public bool IsUpdating { get; init; }

    /// <summary>Open connections of the own or former process that drains; null if no process drains.</summary>
    public int? Draining { get; init; }

    /// <summary>User id of the newest process; null if the worker never had a process.</summary>
    public uint? User { get; init; }

    /// <summary>Ports that the worker shares with others.</summary>
    public PortFilter Ports { get; init; } = PortFilter.Any;

    /// <summary>
    /// The reason why the preload library in the newest process is silent; null if it is not silent, or the reason is not known.
    /// </summary>
    public PreloadDiagnosis? Silence { get; init; }

    /// <summary>The reason why no outcome lines of the process reach the daemon; null if they do.</summary>
    public OutcomesMissing? OutcomesMissing { get; init; }

    /// <summary>Ports that sock_diag showed for the newest process while it started.</summary>
    public ValueList<int> KernelPorts { get; init; } = [];

    /// <summary>Processes that the newest process left behind when it ended with code 0.</summary>
    public int LeftBehind { get; init; }

    /// <summary>True if the newest process has ended and the daemon has not read all of its output.</summary>
    public bool IsUnread { get; init; }

    /// <summary>The last lines of the failed process; null if no process failed.</summary>
    public LastWords? LastWords { get; init; }

    /// <summary>Another process of the worker, which failed or is not ready yet; null if there is none.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>The newest bind or listen that failed and has not succeeded since.</summary>
    public BindOutcome? FailedBind { get; init; }

    /// <summary>True if the worker is replaced only after its update is resumed.</summary>
    public bool IsPostponed => NotReplaced is UpdateObstacle.UpdatePaused;
}
