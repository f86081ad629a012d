using Reuseportd.Api.Http;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Metrics;

/// <summary>All that the metrics show, at one moment.</summary>
/// <param name="Usage">What the kernel knows of workers. Workers that were scaled away have their sums.</param>
/// <param name="IsPending">True if the files differ from the running services.</param>
/// <param name="HasWorkerLabels">False if the metrics of workers are summed for each service.</param>
internal sealed record MetricsFacts(
    FleetSnapshot Fleet,
    Shared Shares,
    IReadOnlyDictionary<WorkerName, WorkerUsage> Usage,
    OwnUsage Own,
    bool IsPending,
    bool HasWorkerLabels)
{
    private IReadOnlySet<string>? _services;

    /// <summary>Names of the services, also of those that are being removed: they still have workers.</summary>
    public IReadOnlySet<string> Services => _services ??= Fleet.Services.Select(service => service.Spec.Name)
        .Concat(Fleet.Workers.Select(worker => worker.Name.Service)).ToHashSet();

    /// <summary>Lines of workers that reached no destination, by reason.</summary>
    public required IReadOnlyList<(LineLoss Reason, long Count)> LostLines { get; init; }
}

/// <summary>What the kernel knows of a worker. Null for a value that it does not know.</summary>
/// <param name="CpuSeconds">Of all processes that the worker has had. Never falls.</param>
/// <param name="Memory">Resident bytes.</param>
/// <param name="Open">Open connections.</param>
/// <param name="Queue">Connections that wait to be accepted.</param>
/// <param name="QueueLimit">The most connections that may wait.</param>
/// <param name="Drops">
/// Times that a connection found no room in the queue, on all sockets that the worker has had. Never falls.
/// </param>
internal sealed record WorkerUsage(
    double? CpuSeconds, long? Memory, ulong? Open, long? Queue, long? QueueLimit, long? Drops);

/// <summary>Use of resources by the daemon itself.</summary>
/// <param name="Memory">Resident bytes.</param>
/// <param name="Started">Seconds of the Unix clock.</param>
internal readonly record struct OwnUsage(double CpuSeconds, long Memory, double Started, string Version);
