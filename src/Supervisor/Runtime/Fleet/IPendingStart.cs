namespace Reuseportd.Runtime.Fleet;

/// <summary>A start of a worker's process that has not finished.</summary>
internal interface IPendingStart
{
    /// <summary>
    /// The slot that gets the process. A worker that is being replaced exchanges its start with its replacement slot.
    /// </summary>
    WorkerSlot Slot { get; set; }

    /// <summary>Cancels the start, and kills the process if it already exists.</summary>
    void Stop();
}
