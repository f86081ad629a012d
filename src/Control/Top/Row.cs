using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Top;

/// <summary>A row of the table: a worker, or a service with the sums of its workers.</summary>
/// <param name="Worker">Null for a service.</param>
/// <param name="Cpu">Percent of one CPU.</param>
/// <param name="NewConnections">Connections or datagrams that the worker is given, for each second.</param>
internal sealed record Row(
    string Name, string State, WorkerStatus? Worker, int Restarts, double? Cpu, long? Memory, double? Connections,
    double? NewConnections, string Bind)
{
    /// <summary>True for a worker below the row of its service.</summary>
    public bool IsIndented { get; init; }

    /// <summary>Connections that wait to be accepted; null if that is not known.</summary>
    public long? Queue { get; init; }

    /// <summary>The most connections that may wait; null as <see cref="Queue"/>.</summary>
    public long? QueueLimit { get; init; }

    public static Row From(WorkerStatus worker, Rates rates) => new(
        worker.Name, worker.State, worker, worker.Restarts, rates.CpuOf(worker), worker.Memory, worker.Connections,
        rates.NewConnectionsOf(worker), ServedPorts.Format(worker))
    {
        Queue = worker.AcceptQueue, QueueLimit = worker.AcceptQueueLimit,
    };

    public static Row Sum(string service, IReadOnlyCollection<Row> workers) => new(
        service,
        $"{workers.Count(row => row.State == "ready")}/{workers.Count}",
        null,
        workers.Sum(row => row.Restarts),
        Sum(workers, row => row.Cpu),
        (long?)Sum(workers, row => row.Memory),
        Sum(workers, row => row.Connections),
        Sum(workers, row => row.NewConnections),
        workers.Select(row => row.Bind).Distinct().Take(2).ToArray() is [var all] ? all : Shown.Nothing)
    {
        Queue = (long?)Sum(workers, row => row.Queue), QueueLimit = (long?)Sum(workers, row => row.QueueLimit),
    };

    /// <summary>Null if no worker has the value.</summary>
    private static double? Sum(IEnumerable<Row> workers, Func<Row, double?> value)
    {
        double? sum = null;
        foreach (var row in workers)
            if (value(row) is { } one) sum = (sum ?? 0) + one;
        return sum;
    }
}
