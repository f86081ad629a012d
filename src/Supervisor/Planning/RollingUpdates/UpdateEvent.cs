using Reuseportd.Model;

namespace Reuseportd.Planning.RollingUpdates;

/// <summary>An event of a rolling update.</summary>
internal abstract record UpdateEvent
{
    private UpdateEvent() { }

    /// <summary>These workers are to be replaced.</summary>
    internal sealed record Asked(ValueList<WorkerCondition> Workers) : UpdateEvent;

    /// <summary>The slot or the replacement slot of a worker has changed.</summary>
    internal sealed record Moved(WorkerCondition Worker) : UpdateEvent;

    /// <summary>
    /// All changes of this turn of the loop are known. The owner repeats the event until the state of the update stays the same.
    /// </summary>
    /// <param name="Next">The first worker of <see cref="UpdateState.Waiting"/>; null if no worker waits.</param>
    internal sealed record TurnEnded(WorkerCondition? Next) : UpdateEvent;

    internal sealed record PauseRequested : UpdateEvent;

    internal sealed record ResumeRequested : UpdateEvent;

    /// <summary>The service has a new worker.</summary>
    internal sealed record Joined(int Worker) : UpdateEvent;

    /// <summary>A worker has left the service. A worker that joins later may have the same number.</summary>
    internal sealed record Left(int Worker) : UpdateEvent;

    /// <summary>A newer update, a rollback or the end of the service takes the place of this update.</summary>
    internal sealed record Cancelled : UpdateEvent;
}
