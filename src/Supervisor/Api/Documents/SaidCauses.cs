using System.Text.RegularExpressions;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>Which causes have been told of which workers; those of one that serves again are forgotten.</summary>
internal sealed partial class SaidCauses
{
    /// <summary>A worker whose causes are never the same is not remembered for all of them.</summary>
    private const int MostOfOne = 8;

    private readonly Dictionary<WorkerName, HashSet<string>> _said = [];

    /// <param name="all">The fleet at this moment.</param>
    /// <param name="reasons">Of all of its workers that there is a cause of.</param>
    public IEnumerable<(WorkerSnapshot Worker, string Reason)> New(FleetSnapshot all, IEnumerable<(WorkerSnapshot Worker, string Reason)> reasons)
    {
        var troubled = all.Workers.Where(worker => worker.State is not "ready" || worker.Attempt is not null).Select(worker => worker.Name).ToHashSet();
        foreach (var gone in _said.Keys.Where(name => !troubled.Contains(name)).ToArray()) _said.Remove(gone);
        foreach (var (worker, reason) in reasons)
        {
            if (!_said.TryGetValue(worker.Name, out var said)) _said[worker.Name] = said = [];
            if (said.Count == MostOfOne) said.Clear();
            // Another process of the same holder, or another port of the kernel's choosing, is no other cause.
            if (said.Add(Numbers().Replace(reason, ""))) yield return (worker, reason);
        }
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}
