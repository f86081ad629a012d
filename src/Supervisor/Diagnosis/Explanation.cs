using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>The explanation of a worker for users: its detail, the causes, and its other process; pure.</summary>
internal static class Explanation
{
    /// <param name="endDetail">The detail at the end of a command; null for the present one.</param>
    /// <returns>Null if the state needs no explanation.</returns>
    public static string? Of(WorkerSnapshot worker, PortFacts facts, string? endDetail = null)
    {
        var other = AttemptDiagnosis.For(worker, facts);
        var causes = BindCauses.Of(worker, facts).Select(CauseWords.Of);
        if (other is not { IsOfReplacement: true })
            return WorkerDetail.Joined([Detail(worker, endDetail), .. causes, other?.Words]);
        // If the worker serves, the failure of its replacement comes first.
        return worker.State == WorkerState.Ready
            ? WorkerDetail.Joined([other.Words, .. other.CoversSilence ? [] : causes.Prepend(WorkerDetail.Own(worker))])
            : WorkerDetail.Joined([WorkerDetail.Own(worker), .. causes, other.Words]);
    }

    /// <summary>The detail without the ports that the causes name.</summary>
    public static string? Detail(WorkerSnapshot worker, string? endDetail = null) =>
        BindCauses.NamesPorts(worker) ? WorkerDetail.Of(worker, namesPorts: false) : endDetail ?? WorkerDetail.Of(worker);
}
