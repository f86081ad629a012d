using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Methods;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The facts of one worker at one moment: its slot and its newest process. Diagnosis makes texts of them.</summary>
/// <param name="Pid">Process id; null if no process runs.</param>
/// <param name="Started">The time at which the process was started; null if no process runs.</param>
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

    /// <summary>The replacement that starts, or the former process that drains; null if there is none.</summary>
    public SecondProcess? Second { get; init; }

    /// <summary>The reason why an update did not replace the worker; null if no update failed or is paused.</summary>
    public UpdateObstacle? NotReplaced { get; init; }

    /// <summary>The time at which the worker became ready; null if it is not ready.</summary>
    public TimeSpan? ReadySince { get; init; }

    /// <summary>True if the worker waits to be replaced by an update.</summary>
    public bool IsUpdating { get; init; }

    /// <summary>Open connections of the own or former process that drains; null if no process drains.</summary>
    public int? Draining { get; init; }

    /// <summary>How the sockets of the newest process get their options; null if the worker never had a process.</summary>
    public MethodChoice? Method { get; init; }

    /// <summary>Inode of the control group of the newest process; 0 without a group.</summary>
    public ulong GroupId { get; init; }

    /// <summary>Identifies the newest process if it is no child of the daemon; else null.</summary>
    public ForeignRoot? Foreign { get; init; }

    /// <summary>User id of the newest process; null if the worker never had a process.</summary>
    public uint? User { get; init; }

    /// <summary>True if the service gives the process CAP_NET_BIND_SERVICE.</summary>
    public bool HasLowPortCapability { get; init; }

    /// <summary>True if the service has <c>privileged_ports</c>.</summary>
    public bool HasPrivilegedPorts { get; init; }

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

    /// <summary>Inodes of the sockets that the newest process serves or has served, as far as outcomes tell them.</summary>
    public ValueList<ulong> Sockets { get; init; } = [];

    /// <summary>Processes that the newest process left behind when it ended with code 0.</summary>
    public int LeftBehind { get; init; }

    /// <summary>True if the newest process has ended and the daemon still reads or examines its output.</summary>
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

/// <summary>A process of a worker that does not serve, beside the worker's own process.</summary>
/// <param name="Process">The facts of that process.</param>
/// <param name="Remedy">The remedy if the process cannot run beside the worker's own; null if it is not known yet.</param>
internal sealed record Attempt(AttemptKind Kind, WorkerSnapshot Process, UpdateRemedy? Remedy = null);

internal enum AttemptKind
{
    /// <summary>A replacement of the worker's process that is starting.</summary>
    Replacement,

    /// <summary>A replacement of the worker's process that has failed.</summary>
    Failed,

    /// <summary>The failed process before the present process. The present process has not bound a socket yet.</summary>
    LastTry,
}

/// <summary>The reason why an update did not replace a worker.</summary>
internal abstract record UpdateObstacle
{
    private UpdateObstacle() { }

    /// <summary>The worker's own replacement failed: <see cref="WorkerSnapshot.Attempt"/> has its facts.</summary>
    internal sealed record ReplacementFailed : UpdateObstacle;

    /// <summary>The update stopped before this worker.</summary>
    internal sealed record UpdateStopped(UpdateStop Cause) : UpdateObstacle;

    /// <summary>The update stopped at this worker: fewer workers are ready than the update needs.</summary>
    internal sealed record TooFewReady(int Ready, int Wanted) : UpdateObstacle;

    /// <summary>A command has paused the update.</summary>
    /// <param name="IsChange">True if a rollback undoes the update; a restart has nothing to undo.</param>
    internal sealed record UpdatePaused(string Service, bool IsChange) : UpdateObstacle;
}

/// <summary>The reason why an update stopped.</summary>
internal abstract record UpdateStop
{
    private UpdateStop() { }

    /// <param name="Process">The state of the new process when it failed.</param>
    internal sealed record ReplacementFailed(WorkerName Worker, WorkerSnapshot Process) : UpdateStop;

    internal sealed record TooFewReady(int Ready, int Wanted) : UpdateStop;
}
