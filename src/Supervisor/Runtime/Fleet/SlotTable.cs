using System.Runtime.CompilerServices;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// The slots of each service, by worker number. Slots at or above <see cref="Model.ServiceSpec.Workers"/> are leaving. A service
/// that is forgotten has no entry. Only the loop's thread uses it.
/// </summary>
internal sealed class SlotTable
{
    private readonly ConditionalWeakTable<Service, List<WorkerSlot>> _slots = [];

    /// <summary>The slots of a service. This is the table's list, not a copy: a change of the list changes the table.</summary>
    public List<WorkerSlot> Of(Service service) => _slots.GetOrAdd(service, static _ => []);
}
