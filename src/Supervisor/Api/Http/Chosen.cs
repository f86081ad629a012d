using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Http;

/// <summary>Selects workers by name; pure.</summary>
internal static class Chosen
{
    /// <summary>The snapshot with the named workers and their services only; without names, the whole snapshot.</summary>
    /// <exception cref="Problem">A name matches no worker and no service.</exception>
    public static FleetSnapshot From(FleetSnapshot fleet, ValueList<NamePattern> names)
    {
        if (names.Count == 0) return fleet;
        var unknown = names.Where(name => !IsThere(fleet, name)).Select(name => name.Text).ToArray();
        if (unknown.Length > 0) throw Problem.NoSuchName(unknown);
        ValueList<WorkerSnapshot> workers = new([.. fleet.Workers.Where(worker => names.Any(name => name.Fits(worker.Name)))]);
        var theirs = workers.Select(worker => worker.Name.Service).ToHashSet();
        return fleet with
        {
            Workers = workers,
            Services = new([.. fleet.Services.Where(service => theirs.Contains(service.Spec.Name) || IsCalled(service, names))]),
        };
    }

    /// <summary>A service may have no workers.</summary>
    private static bool IsThere(FleetSnapshot fleet, NamePattern name) =>
        fleet.Workers.Any(worker => name.Fits(worker.Name))
        || fleet.Services.Any(service => IsCalled(service, [name]));

    private static bool IsCalled(ServiceSnapshot service, ValueList<NamePattern> names) =>
        names.Any(name => name.IsOfServices && name.FitsService(service.Spec.Name));
}
