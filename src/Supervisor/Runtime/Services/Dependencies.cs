using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Supervision;
using Serilog;

namespace Reuseportd.Runtime.Services;

/// <summary>
/// Holds back the starts of services until the services that they depend on have settled. Only the loop's thread uses it.
/// </summary>
internal sealed class Dependencies(SlotTable slots, Starter starter, SlotCounts counts, ILogger log)
{
    /// <summary>Services that wait for services that they depend on.</summary>
    private readonly HashSet<Service> _held = [];

    /// <summary>Makes an unsettled service wait for the services that it depends on.</summary>
    /// <param name="all">All services by name.</param>
    public void Await(Service service, IReadOnlyDictionary<string, Service> all)
    {
        if (!service.Leaving && counts.UnsettledOf(service) > 0) Update(service, all);
    }

    /// <summary>Starts the services that waited for a service that has settled.</summary>
    /// <param name="all">All services by name.</param>
    public void Release(Service settled, IReadOnlyDictionary<string, Service> all)
    {
        foreach (var service in _held.Where(service => service.Spec.DependsOn.Contains(settled.Spec.Name)).ToArray())
            Update(service, all);
    }

    /// <summary>Forgets a service that is removed.</summary>
    public void Forget(Service service) => _held.Remove(service);

    /// <summary>Holds the starts of a service while one of its dependencies is unsettled.</summary>
    private void Update(Service service, IReadOnlyDictionary<string, Service> all)
    {
        var hold = service.Spec.DependsOn.Any(name => all.TryGetValue(name, out var other) && counts.UnsettledOf(other) > 0);
        starter.Hold(service, hold);
        if (hold) _held.Add(service);
        else if (_held.Remove(service)) LogUnready(service, all);
    }

    /// <summary>Reports dependencies that are not ready. Starts are ordered, but a dependency need not work.</summary>
    private void LogUnready(Service service, IReadOnlyDictionary<string, Service> all)
    {
        foreach (var name in service.Spec.DependsOn)
        {
            var isReady = all.TryGetValue(name, out var other) && counts.ReadyOf(other) >= slots.Of(other).Count;
            if (!isReady) log.StartsWithout(service.Spec.Name, name);
        }
    }
}
