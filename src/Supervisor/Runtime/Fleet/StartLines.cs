using System.Runtime.CompilerServices;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// The waiting starts of each service. A service that is forgotten has no entry. Only the loop's thread uses it.
/// </summary>
internal sealed class StartLines
{
    private readonly ConditionalWeakTable<Service, ServiceStarts<QueuedStart>> _lines = [];

    public ServiceStarts<QueuedStart> Of(Service service) => _lines.GetOrAdd(service, static _ => new());
}
