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
/// should run has at least one ready worker. Workers that are done do not count. Pure.
/// </summary>
internal static class HostReadiness
{
    private const int MostNamed = 3;

    public static Readiness Of(FleetSnapshot fleet)
    {
        var workers = Workers.From(fleet);
        Counted[] services = [.. fleet.Services.Select(service => Count(service, workers)).Where(service => service.Wanted > 0)];
        var percent = services.Select(service => service.Percent).DefaultIfEmpty(100).Min();
        return new Readiness(
            services.Sum(service => service.Ready), services.Sum(service => service.Wanted), percent,
            HostWords.WhyNotServing(fleet.Host.State) ?? Down(services));
    }

    /// <returns>Null if there is no such service.</returns>
    public static Readiness? Of(FleetSnapshot fleet, string service)
    {
        if (fleet.Services.FirstOrDefault(one => one.Spec.Name == service) is not { } found) return null;
        return Of(fleet, Count(found, Workers.From(fleet)));
    }

    /// <summary>The readiness of each service, in their order.</summary>
    public static IEnumerable<(ServiceSnapshot Service, Readiness Readiness)> Each(FleetSnapshot fleet)
    {
        var workers = Workers.From(fleet);
        return fleet.Services.Select(service => (service, Of(fleet, Count(service, workers))));
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

    private static Counted Count(ServiceSnapshot service, Workers workers)
    {
        var name = service.Spec.Name;
        var wanted = service.Overrides.Wanted(service.Spec.Workers) - workers.Done.GetValueOrDefault(name);
        // Workers that are being stopped may still be ready.
        return new(name, Math.Clamp(workers.Ready.GetValueOrDefault(name), 0, Math.Max(0, wanted)), Math.Max(0, wanted));
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

    /// <summary>Numbers of workers by service.</summary>
    /// <param name="Done">They have ended with code 0, and their restart policy requires no new process.</param>
    private readonly record struct Workers(Dictionary<string, int> Ready, Dictionary<string, int> Done)
    {
        public static Workers From(FleetSnapshot fleet)
        {
            var services = fleet.Services.ToDictionary(service => service.Spec.Name);
            return new(
                Count(fleet, worker => worker.State == WorkerState.Ready),
                Count(fleet, worker => services.TryGetValue(worker.Name.Service, out var service) && IsDone(worker, service)));
        }

        /// <summary>Commands have stopped the workers that the service does not want.</summary>
        private static bool IsDone(WorkerSnapshot worker, ServiceSnapshot service) =>
            worker is { State: WorkerState.Stopped, LastExit.Success: true, Reason: not StateReason.WaitsForServices }
            && worker.Name.Index < service.Spec.Workers && service.Overrides.Wants(worker.Name.Index);

        private static Dictionary<string, int> Count(FleetSnapshot fleet, Func<WorkerSnapshot, bool> counts) =>
            fleet.Workers.Where(counts).CountBy(worker => worker.Name.Service).ToDictionary();
    }
}
