namespace Reuseportd.Runtime.Fleet;

/// <summary>A part of the loop that follows each worker process from its start to its end. Its methods must not block.</summary>
internal interface IProcessFollower
{
    void Started(WorkerProcess process, TimeSpan now) { }

    /// <summary>Handles a process that is ready, or is ready under a new policy.</summary>
    void Ready(WorkerProcess process, TimeSpan now) { }

    /// <summary>Handles a process that was reaped.</summary>
    void Ended(WorkerProcess process) { }
}
