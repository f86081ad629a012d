using Reuseportd.Model;

namespace Reuseportd.Runtime.Snapshots;

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
