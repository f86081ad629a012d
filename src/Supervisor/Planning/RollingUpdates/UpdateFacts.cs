using Reuseportd.Model;

namespace Reuseportd.Planning.RollingUpdates;

/// <summary>The facts of a service that a rolling update needs at one event.</summary>
/// <param name="Policy">The present policy of the service. An earlier event may have had another policy.</param>
/// <param name="Wanted">Workers that are to run.</param>
/// <param name="Ready">Workers that are ready. Replacements do not count.</param>
/// <param name="IsChanging">True if a worker starts, drains or stops: <paramref name="Ready"/> will change.</param>
internal readonly record struct UpdateFacts(UpdateSpec Policy, int Wanted, int Ready, bool IsChanging);

/// <summary>The facts of a worker that a rolling update needs at one event.</summary>
/// <param name="Worker">The number of the worker.</param>
/// <param name="Own">The process in the worker's own slot.</param>
/// <param name="Replacement">The process in the worker's replacement slot; null without such a slot.</param>
/// <param name="IsWanted">True if the worker is to run, and stays in the service.</param>
internal readonly record struct WorkerCondition(int Worker, ProcessCondition Own, ProcessCondition? Replacement, bool IsWanted)
{
    public bool IsReady => Own is ProcessCondition.Ready or ProcessCondition.Placed;
}

/// <summary>The state of a slot, as far as a rolling update distinguishes it.</summary>
internal enum ProcessCondition
{
    /// <summary>The slot has no process, and needs none.</summary>
    Stopped,

    /// <summary>A process starts, or waits for its turn to start.</summary>
    Starting,

    /// <summary>The process is ready and has no share of the traffic yet.</summary>
    Ready,

    /// <summary>The process is ready and has its share of the traffic.</summary>
    Placed,

    Draining,

    Stopping,

    /// <summary>The slot needs a process and has none. The start failed, the process ended, or a limit left no room.</summary>
    Down,
}
