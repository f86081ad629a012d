using System.Globalization;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>The causes why a process beside the worker's own does not serve; pure.</summary>
/// <param name="CoversSilence">True if the causes also tell that the worker's own process lacks the preload library.</param>
internal sealed record AttemptDiagnosis(Attempt Attempt, IReadOnlyList<Cause> Causes, bool CoversSilence)
{
    /// <summary>True if the process is, or was, the replacement of the worker's own process.</summary>
    public bool IsOfReplacement => Attempt.Kind != AttemptKind.LastTry;

    /// <summary>The diagnosis as text.</summary>
    public string Words => Attempt.Kind switch
    {
        AttemptKind.LastTry => $"the last start failed: {CauseWords.Of(Causes[0])}",
        AttemptKind.Failed => $"not replaced: {Explained}",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"its replacement {Attempt.Process.Pid} is {StateWords.Of(Attempt.Process.State)}: {Explained}"),
    };

    private string Explained =>
        WorkerDetail.Joined([Explanation.Detail(Attempt.Process), .. Causes.Select(CauseWords.Of)]) ?? UpdateWords.Unexplained;

    /// <returns>Null if the detail of the worker's own process is complete.</returns>
    public static AttemptDiagnosis? For(WorkerSnapshot worker, PortFacts facts)
    {
        if (worker.Attempt is not { } attempt || worker.State == WorkerState.Stopped) return null;
        var process = attempt.Process;
        if (attempt.Kind == AttemptKind.LastTry)
        {
            return TakenPort.CauseOf(process, facts) is { } taken
                ? new AttemptDiagnosis(attempt, [taken], CoversSilence: false)
                : null;
        }

        var isSilent = worker.Silence is not null;
        var cannotShare = isSilent && BindCauses.IsKeptOut(process.Silence) && !facts.SharesByItself(worker);
        Cause[] causes = cannotShare && attempt.Remedy is { } remedy
            ? [new Cause.NeitherHasLibrary(remedy)]
            : [.. BindCauses.Of(process, facts, attempt)];
        // The replacement starts, and no failure of it is known.
        if (attempt.Kind == AttemptKind.Replacement && causes.Length == 0) return null;
        return new AttemptDiagnosis(attempt, causes, isSilent && causes.Length > 0);
    }
}
