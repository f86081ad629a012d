namespace Reuseportd.Runtime.Fleet;

/// <summary>A part of the loop that does something for each process of a worker from its start to its end. Must not block.</summary>
internal interface IProcessFollower
{
    void Started(WorkerProcess process, TimeSpan now) { }

    /// <summary>The process is ready, or is ready under a new policy.</summary>
    void Ready(WorkerProcess process, TimeSpan now) { }

    /// <summary>The process was reaped.</summary>
    void Ended(WorkerProcess process) { }
}
