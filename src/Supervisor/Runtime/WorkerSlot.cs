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

    /// <summary>Commands that wait for it to settle; null for none.</summary>
    public HashSet<Waiting>? Waiting { get; set; }
}
