namespace Reuseportd.Runtime.Updates;

/// <summary>Why a worker was not replaced as it was to be.</summary>
/// <param name="reason">Where no process fell for it, or nothing is known of that.</param>
/// <param name="fallen">What was to take its place, and came to nothing.</param>
internal sealed class UpdateFailure(string reason, FailedReplacement? fallen = null)
{
    public FailedReplacement? FailedReplacement => fallen;

    public string Reason => fallen?.Detail ?? reason;

    /// <summary>It still is to be.</summary>
    public bool IsPostponed { get; init; }

    public string Words => $"not replaced{(IsPostponed ? " yet" : "")}: {Reason}";
}
