namespace Reuseportd.Model;

/// <summary>State of a worker's slot.</summary>
internal enum WorkerState
{
    /// <summary>No process runs, and none is wanted.</summary>
    Stopped,

    /// <summary>A process is being made, or is not ready yet.</summary>
    Starting,
    Ready,

    /// <summary>The process serves the connections that it has, and gets no new ones.</summary>
    Draining,

    /// <summary>The process was sent its stop signal.</summary>
    Stopping,

    /// <summary>A limit has no room for one more process.</summary>
    Waiting,

    /// <summary>The process failed; the daemon starts another after a delay.</summary>
    Backoff,

    /// <summary>The process failed, and the daemon starts no other.</summary>
    Failed,
}
