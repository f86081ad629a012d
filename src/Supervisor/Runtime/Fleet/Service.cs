using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>A service as the loop holds it.</summary>
internal sealed class Service(ServiceSpec declared)
{
    /// <summary>As its file says.</summary>
    public ServiceSpec Declared { get; private set; } = declared;

    /// <summary>What its file said before its processes became others; null where they never did.</summary>
    public ServiceSpec? Former { get; set; }

    /// <summary>What it was to become last and went back from, as no process of that got ready; null where it did not.</summary>
    public ServiceSpec? RolledBackFrom { get; set; }

    /// <summary>What it is run by: as its file says, with as many workers as are wanted of it.</summary>
    public ServiceSpec Spec { get; private set; } = declared;

    public SlotPolicy Policy { get; private set; } = SlotPolicy.Of(declared);

    /// <summary>What is wanted of it.</summary>
    public ServiceOverrides Overrides { get; private set; } = ServiceOverrides.Of(declared);

    /// <summary>By number; those above <see cref="ServiceSpec.Workers"/> are leaving.</summary>
    public List<WorkerSlot> Slots { get; } = [];

    /// <summary>
    /// Of workers that were scaled away, by number: the highest generation. A worker that comes again goes on from there, so that
    /// logs and the marks of what a former process left behind stay unambiguous. At most as many as the service ever had workers.
    /// </summary>
    public Dictionary<int, int> LastGiven { get; } = [];

    /// <summary>Taken out of the configuration: forgotten once its last worker has stopped.</summary>
    public bool Leaving { get; set; }

    /// <summary>Its workers that are ready.</summary>
    public int Ready { get; set; }

    /// <summary>Its workers that wait for room.</summary>
    public int Waiting { get; set; }

    /// <summary>The limit that was last said to have no room for its workers; null where there is room.</summary>
    public string? SaidLimit { get; set; }

    /// <summary>Its workers that are <see cref="WorkerSlot.Unsettled"/>.</summary>
    public int Unsettled { get; set; }

    /// <summary>Connections that the ends of its processes have cut, at the deadlines of their draining.</summary>
    public int Cut { get; set; }

    /// <summary>Starts of its workers that wait for their turn.</summary>
    public StartLine<QueuedStart> Starts { get; } = new();

    /// <summary>Its file has changed.</summary>
    public void Adopt(ServiceSpec declared)
    {
        Overrides = Overrides.Adopt(Declared, declared);
        Declared = declared;
        RolledBackFrom = null;
        Policy = SlotPolicy.Of(declared);
        Want(Overrides);
    }

    /// <summary>
    /// It has been taken out of the configuration and comes again: nothing holds of what was asked of it before.
    /// </summary>
    public void Return(ServiceSpec declared)
    {
        Leaving = false;
        Declared = declared;
        Overrides = ServiceOverrides.Of(declared);
    }

    /// <summary>Something else is wanted of it.</summary>
    public void Want(ServiceOverrides overrides)
    {
        Overrides = overrides;
        Spec = Declared with { Workers = overrides.Workers(Declared) };
    }
}
