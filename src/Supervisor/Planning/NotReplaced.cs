namespace Reuseportd.Planning;

/// <summary>Why a worker is not replaced.</summary>
internal abstract record NotReplaced
{
    private NotReplaced() { }

    /// <summary>The new process did not get ready.</summary>
    /// <param name="IsReplacement">Whether it was in the replacement slot, or in the worker's own.</param>
    /// <param name="Remedy">What helps where the new process cannot run beside the old one.</param>
    internal sealed record ProcessFailed(bool IsReplacement, RemedyVerb Remedy) : NotReplaced;

    /// <summary>Too few workers are ready for one more to be stopped.</summary>
    internal sealed record TooFewReady(int Ready, int Wanted) : NotReplaced;

    /// <summary>The update stopped because of another worker, or of the same one at an earlier time.</summary>
    internal sealed record UpdateStopped : NotReplaced;

    /// <summary>The update is paused.</summary>
    /// <param name="CanRollBack">Whether a rollback would undo this update.</param>
    internal sealed record UpdatePaused(bool CanRollBack) : NotReplaced;
}
