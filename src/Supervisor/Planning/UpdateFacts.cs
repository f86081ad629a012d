using Reuseportd.Model;

namespace Reuseportd.Planning;

/// <summary>What a rolling update has to know of its service at one event.</summary>
/// <param name="Policy">As the service has it now. It may differ from the policy of an earlier event.</param>
/// <param name="Wanted">Workers that are to run.</param>
/// <param name="Ready">Workers that are ready. Replacements do not count.</param>
/// <param name="IsChanging">Whether a worker starts, drains or stops: <paramref name="Ready"/> will change.</param>
internal readonly record struct UpdateFacts(UpdateSpec Policy, int Wanted, int Ready, bool IsChanging);

/// <summary>What a rolling update has to know of one worker at one event.</summary>
/// <param name="Worker">Its number.</param>
/// <param name="Own">The process in the worker's own slot.</param>
/// <param name="Replacement">The process in its replacement slot; null where it has none.</param>
/// <param name="IsWanted">Whether the worker is to run, and stays in the service.</param>
internal readonly record struct WorkerCondition(int Worker, ProcessCondition Own, ProcessCondition? Replacement, bool IsWanted)
{
    public bool IsReady => Own is ProcessCondition.Ready or ProcessCondition.Placed;
}

/// <summary>The state of a slot, as far as a rolling update distinguishes it.</summary>
internal enum ProcessCondition
{
    /// <summary>No process, and none is wanted.</summary>
    Stopped,

    /// <summary>A process starts, or waits for its turn to start.</summary>
    Starting,

    /// <summary>The process is ready and has no share of the traffic yet.</summary>
    Ready,

    /// <summary>The process is ready and has its share of the traffic.</summary>
    Placed,

    Draining,

    Stopping,

    /// <summary>No process, although one is wanted: its start failed, or it ended, or there was no room for it.</summary>
    Down,
}
