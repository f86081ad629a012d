using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime;

/// <summary>A slot as the loop holds it: the value that the machine steps, and the process that runs in it now.</summary>
internal sealed class WorkerSlot(WorkerName name, Service service)
{
    public WorkerName Name { get; } = name;

    public Service Service { get; } = service;

    public Slot Slot { get; set; } = Slot.New;

    public SlotPolicy Policy => Service.Policy;

    /// <summary>Null where none runs.</summary>
    public WorkerProcess? Process { get; set; }

    /// <summary>The newest one, whether it runs or not.</summary>
    public WorkerProcess? Last { get; set; }

    /// <summary>To be forgotten once it has stopped.</summary>
    public bool Leaving { get; set; }

    /// <summary>Whether it was to start or to go, and has neither got there nor failed at it since.</summary>
    public bool Unsettled { get; set; }
}

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

    public void Adopt(ServiceSpec spec)
    {
        Spec = spec;
        Policy = SlotPolicy.Of(spec);
    }
}
