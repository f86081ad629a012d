namespace Reuseportd.Planning.RollingUpdates;

/// <summary>The reason why a worker is not replaced.</summary>
internal abstract record NotReplaced
{
    private NotReplaced() { }

    /// <summary>The new process did not become ready.</summary>
    /// <param name="IsReplacement">True if the process was in the replacement slot, not in the worker's own slot.</param>
    /// <param name="Remedy">The remedy if the new process cannot run beside the old process.</param>
    internal sealed record ProcessFailed(bool IsReplacement, RemedyVerb Remedy) : NotReplaced;

    /// <summary>Too few workers are ready to stop another worker.</summary>
    internal sealed record TooFewReady(int Ready, int Wanted) : NotReplaced;

    /// <summary>The update stopped because of another worker, or of the same worker at an earlier time.</summary>
    internal sealed record UpdateStopped : NotReplaced;

    /// <summary>The update is paused.</summary>
    /// <param name="CanRollBack">True if a rollback would undo this update.</param>
    internal sealed record UpdatePaused(bool CanRollBack) : NotReplaced;
}
