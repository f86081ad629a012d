using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime;

/// <summary>A service as the loop holds it.</summary>
internal sealed class Service(ServiceSpec spec)
{
    public ServiceSpec Spec { get; private set; } = spec;

    public SlotPolicy Policy { get; private set; } = SlotPolicy.Of(spec);

    /// <summary>By number; those above <see cref="ServiceSpec.Workers"/> are leaving.</summary>
    public List<WorkerSlot> Slots { get; } = [];

    /// <summary>Taken out of the configuration: forgotten once its last worker has stopped.</summary>
    public bool Leaving { get; set; }

    /// <summary>Whether its workers are to run: autostart, or asked for since.</summary>
    public bool Wanted { get; set; } = spec.Autostart;

    /// <summary>Its workers that are ready.</summary>
    public int Ready { get; set; }

    /// <summary>Its workers that are <see cref="WorkerSlot.Unsettled"/>.</summary>
    public int Unsettled { get; set; }

    /// <summary>Starts of its workers that wait for their turn.</summary>
    public StartLine<(WorkerSlot Slot, int Generation)> Starts { get; } = new();

    public void Adopt(ServiceSpec spec)
    {
        Spec = spec;
        Policy = SlotPolicy.Of(spec);
    }
}
