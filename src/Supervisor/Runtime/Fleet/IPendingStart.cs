namespace Reuseportd.Runtime.Fleet;

/// <summary>A start of a worker's process that has not finished.</summary>
internal interface IPendingStart
{
    /// <summary>
    /// Gives the process to the other slot of its worker. A worker that is being replaced exchanges its start with its
    /// replacement slot.
    /// </summary>
    void MoveTo(WorkerSlot slot);

    /// <summary>Cancels the start, and kills the process if it already exists.</summary>
    void Stop();
}
