using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Explains workers by facts of the kernel. Runs on the caller's thread, not on the loop's.</summary>
internal sealed class FleetDiagnosis(PortSurvey survey)
{
    /// <summary>The explanation of each worker, without workers whose state needs none.</summary>
    /// <param name="all">The whole fleet.</param>
    /// <param name="workers">Each worker with its detail at the end of a command; null for the present detail.</param>
    public IReadOnlyDictionary<WorkerName, string> Explain(
        FleetSnapshot all, IEnumerable<(WorkerSnapshot Worker, string? EndDetail)> workers)
    {
        (WorkerSnapshot Worker, string? EndDetail)[] asked = [.. workers];
        var ports = survey.For(all, [.. asked.Select(one => one.Worker)]);
        return asked.Select(one => (one.Worker.Name, Words: Explanation.Of(one.Worker, ports, one.EndDetail)))
            .Where(one => one.Words is not null)
            .DistinctBy(one => one.Name)
            .ToDictionary(one => one.Name, one => one.Words!);
    }

    /// <summary>The explanation of each worker that has a cause.</summary>
    /// <param name="workers">A part of <paramref name="all"/>.</param>
    public IReadOnlyList<(WorkerName Worker, string Words)> ExplainCauses(
        FleetSnapshot all, IReadOnlyCollection<WorkerSnapshot> workers)
    {
        var ports = survey.For(all, workers);
        return
        [
            .. from worker in workers
               where BindCauses.Of(worker, ports).Any() || AttemptDiagnosis.For(worker, ports) is not null
               select (worker.Name, Explanation.Of(worker, ports)!),
        ];
    }

    /// <summary>The causes of workers that do not serve or are not replaced. Other events have the details.</summary>
    public IEnumerable<(WorkerSnapshot Worker, string Reason)> Causes(FleetSnapshot all)
    {
        WorkerSnapshot[] troubled = [.. all.Workers.Where(worker => HasFailed(worker) || IsNotReplaced(worker))];
        var ports = survey.For(all, troubled);
        foreach (var worker in troubled)
        {
            var causes = worker.State == WorkerState.Ready ? [] : BindCauses.Why(worker, ports).Select(CauseWords.Of);
            var replacement = IsNotReplaced(worker) ? AttemptDiagnosis.For(worker, ports)?.Words : null;
            if (WorkerDetail.Joined([.. causes, replacement]) is { } reason) yield return (worker, reason);
        }
    }

    /// <summary>A starting worker may bind another port before its own, so only a failure counts.</summary>
    private static bool HasFailed(WorkerSnapshot worker) => worker.State is WorkerState.Backoff or WorkerState.Failed
        || worker is { State: WorkerState.Starting, FailedBind: not null } or { State: WorkerState.Starting, Silence: not null };

    private static bool IsNotReplaced(WorkerSnapshot worker) => worker.Attempt is { Kind: AttemptKind.Failed };
}
