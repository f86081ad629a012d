using Reuseportd.Model;
using Reuseportd.Planning.Changes;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The fleet at one moment, as the loop knows it. Times are offsets on the daemon's monotonic clock.</summary>
internal sealed record FleetSnapshot(TimeSpan Now, FleetCounts Counts, ValueList<WorkerSnapshot> Workers)
{
    /// <summary>The longest time that a message has waited for the loop in the last 15 to 45 seconds.</summary>
    public TimeSpan LoopDelay { get; init; }

    /// <summary>Counts of the past; null for a snapshot without them.</summary>
    public FleetTotals? Totals { get; init; }

    /// <summary>The moment at which this daemon took the fleet of an earlier one over; null if it did not.</summary>
    public Adoption? Adoption { get; init; }

    /// <summary>Services by name, without those that are being removed.</summary>
    public ValueList<ServiceSnapshot> Services { get; init; }

    /// <summary>The state of the host for load balancers.</summary>
    public HostSnapshot Host { get; init; } = HostSnapshot.Serving;
}

/// <summary>Workers that this daemon has taken over from an earlier one.</summary>
/// <param name="Of">Number of workers with a process that the earlier daemon had.</param>
internal sealed record Adoption(int Workers, int Of, TimeSpan At);

/// <summary>A service of a snapshot.</summary>
/// <param name="Declared">The service as its file declares it.</param>
/// <param name="Spec">The declared service with the number of workers that commands have set.</param>
/// <param name="Overrides">Changes by commands since the file was read.</param>
internal sealed record ServiceSnapshot(ServiceSpec Declared, ServiceSpec Spec, ServiceOverrides Overrides)
{
    /// <summary>True if an update of the service is paused.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The running or paused update; null if there is none.</summary>
    public UpdateSnapshot? Update { get; init; }
}

/// <summary>Progress of an update of a snapshot.</summary>
/// <param name="Done">Number of replaced workers.</param>
/// <param name="Count">Number of workers in the update.</param>
/// <param name="IsRollback">True if the update restores the former specification.</param>
/// <param name="Failure">The reason why the update stopped; null without a failure.</param>
internal sealed record UpdateSnapshot(int Done, int Count, bool IsPaused, bool IsRollback, UpdateStop? Failure)
{
    /// <summary>True if the update changes the specification of the workers; a restart does not.</summary>
    public bool IsChange { get; init; }
}
