namespace Reuseportd.Runtime.Fleet;

/// <summary>The start of a worker's process while it is under way.</summary>
internal interface IPendingStart
{
    /// <summary>A worker that is being replaced exchanges its start with its replacement slot.</summary>
    WorkerSlot Slot { get; set; }

    /// <summary>Ends the start, and the process if there is one already.</summary>
    void Stop();
}
