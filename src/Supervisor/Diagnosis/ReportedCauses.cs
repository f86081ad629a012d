using System.Text.RegularExpressions;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>The causes of each worker that have been logged. Forgets a worker that serves again.</summary>
internal sealed partial class ReportedCauses
{
    /// <summary>Bounds the memory for a worker whose cause changes with each try.</summary>
    private const int MostOfOne = 8;

    private readonly Dictionary<WorkerName, HashSet<string>> _reported = [];

    /// <summary>The causes that have not been logged yet.</summary>
    /// <param name="all">The fleet at this moment.</param>
    /// <param name="causes">The causes of all workers of the fleet.</param>
    public IEnumerable<(WorkerSnapshot Worker, string Reason)> TakeNew(
        FleetSnapshot all, IEnumerable<(WorkerSnapshot Worker, string Reason)> causes)
    {
        var troubled = all.Workers.Where(worker => worker.State != WorkerState.Ready || worker.Attempt is not null)
            .Select(worker => worker.Name).ToHashSet();
        foreach (var gone in _reported.Keys.Where(name => !troubled.Contains(name)).ToArray()) _reported.Remove(gone);
        foreach (var (worker, reason) in causes)
        {
            if (!_reported.TryGetValue(worker.Name, out var reported)) _reported[worker.Name] = reported = [];
            if (reported.Count == MostOfOne) reported.Clear();
            // A new process of the same holder, or a new port from the kernel, is the same cause.
            if (reported.Add(Numbers().Replace(reason, ""))) yield return (worker, reason);
        }
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}
