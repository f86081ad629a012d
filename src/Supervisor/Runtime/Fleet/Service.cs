using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>The loop's record of a service.</summary>
internal sealed class Service(ServiceSpec declared)
{
    /// <summary>The specification in the configuration files.</summary>
    public ServiceSpec Declared { get; private set; } = declared;

    /// <summary>The specification before the last change that replaced processes; null if no change did.</summary>
    public ServiceSpec? Former { get; set; }

    /// <summary>
    /// The specification that the last update rolled back from, as no process of it got ready; null if no rollback happened.
    /// </summary>
    public ServiceSpec? RolledBackFrom { get; set; }

    /// <summary>The effective specification: <see cref="Declared"/> with the requested number of workers.</summary>
    public ServiceSpec Spec { get; private set; } = declared;

    public SlotPolicy Policy { get; private set; } = SlotPolicy.Of(declared);

    /// <summary>Changes that clients requested beside the configuration files.</summary>
    public ServiceOverrides Overrides { get; private set; } = ServiceOverrides.Of(declared);

    /// <summary>Slots by worker number. Slots at or above <see cref="ServiceSpec.Workers"/> are leaving.</summary>
    public List<WorkerSlot> Slots { get; } = [];

    /// <summary>
    /// The highest generation of each worker that was scaled away, by worker number. A worker that returns continues from it, so
    /// that logs and marks stay unambiguous. Its size is at most the largest number of workers that the service had.
    /// </summary>
    public Dictionary<int, int> LastGiven { get; } = [];

    /// <summary>
    /// True after the service was removed from the configuration. The loop forgets the service when its last worker has stopped.
    /// </summary>
    public bool Leaving { get; set; }

    /// <summary>The number of ready workers.</summary>
    public int Ready { get; set; }

    /// <summary>The number of workers that wait for room.</summary>
    public int Waiting { get; set; }

    /// <summary>The limit that the log last named as the reason for waiting workers; null if there is room.</summary>
    public string? LoggedLimit { get; set; }

    /// <summary>The number of workers that are <see cref="WorkerSlot.Unsettled"/>.</summary>
    public int Unsettled { get; set; }

    /// <summary>Connections that were cut by processes that ended at their drain timeout.</summary>
    public int Cut { get; set; }

    /// <summary>Starts of the service's workers that wait in the queue.</summary>
    public ServiceStarts<QueuedStart> Starts { get; } = new();

    /// <summary>Takes over a changed specification from the configuration.</summary>
    public void Adopt(ServiceSpec declared)
    {
        Overrides = Overrides.Adopt(Declared, declared);
        Declared = declared;
        RolledBackFrom = null;
        Policy = SlotPolicy.Of(declared);
        Want(Overrides);
    }

    /// <summary>Takes back a service that was leaving. Earlier requests of clients no longer apply.</summary>
    public void Return(ServiceSpec declared)
    {
        Leaving = false;
        Declared = declared;
        Overrides = ServiceOverrides.Of(declared);
    }

    /// <summary>Takes over changed requests of clients.</summary>
    public void Want(ServiceOverrides overrides)
    {
        Overrides = overrides;
        Spec = Declared with { Workers = overrides.Workers(Declared) };
    }
}
