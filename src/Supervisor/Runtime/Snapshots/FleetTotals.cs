using Reuseportd.Model;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>Counts since the start of the daemon, and of the daemons that it has replaced.</summary>
/// <param name="LoopDelay">Times that messages waited for the loop.</param>
internal sealed record FleetTotals(ValueList<ServiceTotals> Services, HistogramValue LoopDelay);

/// <summary>Counts of one service. A service that is removed loses them.</summary>
/// <param name="Cut">Connections that ends of processes cut.</param>
/// <param name="Stalls">Times that a worker accepted nothing while others did.</param>
/// <param name="Updates">Updates by result.</param>
/// <param name="BindFailures">Failed calls of bind or listen by the name of their errno.</param>
/// <param name="Start">Times from the start of a process to its readiness.</param>
/// <param name="Drain">Times from the last new connection of a process to the end of its drain.</param>
/// <param name="Restart">Times from the end of a worker's process to the readiness of the next one.</param>
internal sealed record ServiceTotals(
    string Name,
    long Cut,
    long Stalls,
    ValueList<(UpdateResult Result, long Count)> Updates,
    ValueList<(string Errno, long Count)> BindFailures,
    HistogramValue Start,
    HistogramValue Drain,
    HistogramValue Restart)
{
    /// <summary>Restarts by the number of the worker, also of workers that were scaled away. A reset keeps them.</summary>
    public ValueList<(int Worker, long Count)> Restarts { get; init; } = [];
}

/// <summary>The end of an update.</summary>
internal enum UpdateResult
{
    Succeeded,
    Failed,
    RolledBack,
}
