namespace Reuseportd.Runtime.Handover;

/// <summary>
/// Processes that two records of workers name. A daemon of an earlier version that was killed can have written one of the two
/// records of an exchange. Pure.
/// </summary>
internal static class DoubledProcesses
{
    /// <summary>
    /// The state in which each process has one slot. The worker's own slot keeps it, as its record is a state that the worker had
    /// or got. The process that no record names is lost.
    /// </summary>
    public static SavedDaemon Resolve(SavedDaemon state)
    {
        var owners = new Dictionary<ulong, SavedWorker>();
        var workers = state.Services.SelectMany(service => service.Workers).Where(worker => worker.Process is not null).ToArray();
        foreach (var worker in workers.OrderBy(worker => worker.IsReplacement)) owners.TryAdd(worker.Process!.Serial, worker);
        if (owners.Count == workers.Length) return state;
        return state with
        {
            Lost = workers.Length - owners.Count,
            Services =
            [
                .. state.Services.Select(service => service with
                {
                    Workers = [.. service.Workers.Select(Own).OfType<SavedWorker>()],
                }),
            ],
        };

        SavedWorker? Own(SavedWorker worker) =>
            worker.Process is { } process && !ReferenceEquals(owners[process.Serial], worker) ? worker.WithoutProcess() : worker;
    }
}
