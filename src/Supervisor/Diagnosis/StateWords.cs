using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Names of the states of workers, for users.</summary>
internal static class StateWords
{
    public static string Of(WorkerState state) => state switch
    {
        WorkerState.Stopped => "stopped",
        WorkerState.Starting => "starting",
        WorkerState.Ready => "ready",
        WorkerState.Draining => "draining",
        WorkerState.Stopping => "stopping",
        WorkerState.Waiting => "waiting",
        WorkerState.Backoff => "backoff",
        WorkerState.Failed => "failed",
        _ => throw new InvalidOperationException($"no such worker state: {state}"),
    };

    /// <summary>The text for systemd's <c>STATUS=</c>, in one line.</summary>
    public static string Of(FleetCounts counts)
    {
        List<string> others = [];
        Add(counts.Starting, "starting");
        Add(counts.Stopping, "stopping");
        Add(counts.Backoff, "in backoff");
        Add(counts.Failed, "failed");
        Add(counts.Waiting, "waiting for room");
        return $"{counts.Ready} of {counts.Workers} workers ready{(others.Count == 0 ? "" : "; " + string.Join(", ", others))}";

        void Add(int count, string state)
        {
            if (count > 0) others.Add($"{count} {state}");
        }
    }
}
