using System.Globalization;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Whether load balancers should send new connections to the host, or to one of its services.</summary>
/// <param name="Ready">Ready workers.</param>
/// <param name="Wanted">Workers that should run.</param>
/// <param name="Percent">
/// The share of ready workers, from 0 to 100. At least 1 if a worker is ready. Of a host: the lowest share of its services.
/// </param>
/// <param name="Reason">The reason against new connections; null if there is none.</param>
internal sealed record Readiness(int Ready, int Wanted, int Percent, string? Reason)
{
    public bool IsReady => Reason is null;
}

/// <summary>
/// Decides whether a host or a service is ready. A host is ready if it is neither leaving nor stopping, and each service that
/// should run has at least one ready worker. Pure.
/// </summary>
internal static class HostReadiness
{
    private const int MostNamed = 3;

    public static Readiness Of(FleetSnapshot fleet)
    {
        var ready = ReadyWorkers(fleet);
        Counted[] services = [.. fleet.Services.Select(service => Count(service, ready)).Where(service => service.Wanted > 0)];
        var percent = services.Select(service => service.Percent).DefaultIfEmpty(100).Min();
        return new Readiness(
            services.Sum(service => service.Ready), services.Sum(service => service.Wanted), percent,
            HostWords.WhyNotServing(fleet.Host.State) ?? Down(services));
    }

    /// <returns>Null if there is no such service.</returns>
    public static Readiness? Of(FleetSnapshot fleet, string service)
    {
        if (fleet.Services.FirstOrDefault(one => one.Spec.Name == service) is not { } found) return null;
        return Of(fleet, Count(found, ReadyWorkers(fleet)));
    }

    /// <summary>The readiness of each service, in their order.</summary>
    public static IEnumerable<(ServiceSnapshot Service, Readiness Readiness)> Each(FleetSnapshot fleet)
    {
        var ready = ReadyWorkers(fleet);
        return fleet.Services.Select(service => (service, Of(fleet, Count(service, ready))));
    }

    private static Readiness Of(FleetSnapshot fleet, Counted counted)
    {
        var why = counted switch
        {
            { Wanted: 0 } => $"{counted.Name}: no worker is to run",
            { Ready: 0 } => Down([counted]),
            _ => null,
        };
        return new Readiness(
            counted.Ready, counted.Wanted, counted.Percent, HostWords.WhyNotServing(fleet.Host.State) ?? why);
    }

    private static Dictionary<string, int> ReadyWorkers(FleetSnapshot fleet) =>
        fleet.Workers.Where(worker => worker.State == WorkerState.Ready).CountBy(worker => worker.Name.Service).ToDictionary();

    private static Counted Count(ServiceSnapshot service, Dictionary<string, int> ready)
    {
        var wanted = service.Overrides.Wanted(service.Spec.Workers);
        // Workers that are being stopped may still be ready.
        return new(service.Spec.Name, Math.Min(ready.GetValueOrDefault(service.Spec.Name), wanted), wanted);
    }

    private static string? Down(Counted[] services)
    {
        string[] down =
        [
            .. services.Where(service => service.Ready == 0).Select(service => string.Create(
                CultureInfo.InvariantCulture, $"{service.Name}: 0 of {service.Wanted} workers ready")),
        ];
        if (down.Length == 0) return null;
        var named = string.Join("; ", down.Take(MostNamed));
        return down.Length <= MostNamed ? named : $"{named} and {down.Length - MostNamed} more services";
    }

    private readonly record struct Counted(string Name, int Ready, int Wanted)
    {
        public int Percent => Wanted == 0 || Ready == 0 ? 0 : Math.Max(1, (int)(100L * Ready / Wanted));
    }
}
