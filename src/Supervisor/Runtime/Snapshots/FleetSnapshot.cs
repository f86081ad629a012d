using Reuseportd.Model;
using Reuseportd.Planning;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The fleet at one moment, as the loop knows it. Times are offsets on the daemon's monotonic clock.</summary>
internal sealed record FleetSnapshot(TimeSpan Now, FleetCounts Counts, ValueList<WorkerSnapshot> Workers)
{
    /// <summary>The longest time that a message has waited for the loop in the last 15 to 45 seconds.</summary>
    public TimeSpan LoopDelay { get; init; }

    /// <summary>Services by name, without those that are being removed.</summary>
    public ValueList<ServiceSnapshot> Services { get; init; }
}

/// <summary>One service at that moment.</summary>
/// <param name="Declared">The service as its file declares it.</param>
/// <param name="Spec">The same with the number of workers that commands have set.</param>
/// <param name="Overrides">What commands have changed since the file was read.</param>
internal sealed record ServiceSnapshot(ServiceSpec Declared, ServiceSpec Spec, ServiceOverrides Overrides)
{
    /// <summary>Whether an update of the service is paused.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The update that is running or paused; null without one.</summary>
    public UpdateSnapshot? Update { get; init; }
}

/// <summary>Progress of an update at that moment.</summary>
/// <param name="Done">Workers that are replaced.</param>
/// <param name="Count">All workers of the update.</param>
/// <param name="IsRollback">Whether the update restores the former specification.</param>
/// <param name="Failure">Why the update stopped; null where nothing has failed.</param>
internal sealed record UpdateSnapshot(int Done, int Count, bool IsPaused, bool IsRollback, UpdateStop? Failure)
{
    /// <summary>Whether the update changes the specification of the workers; a restart does not.</summary>
    public bool IsChange { get; init; }
}
