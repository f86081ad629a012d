using Reuseportd.Planning;

namespace Reuseportd.Runtime.Updates;

/// <summary>Why a worker is not replaced.</summary>
/// <param name="cause">Why the update stopped; null while it has not.</param>
/// <param name="failed">The new process that did not get ready; null where none is the reason.</param>
internal sealed class UpdateFailure(NotReplaced why, string service, string? cause = null, FailedReplacement? failed = null)
{
    public FailedReplacement? FailedReplacement => failed;

    public string Reason => failed?.Detail ?? UpdateWording.Reason(why, service, cause);

    /// <summary>The worker is replaced when a user resumes the update.</summary>
    public bool IsPostponed => why is NotReplaced.UpdatePaused;

    public string Words => $"not replaced{(IsPostponed ? " yet" : "")}: {Reason}";
}
