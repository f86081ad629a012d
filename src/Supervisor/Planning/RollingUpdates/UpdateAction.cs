namespace Reuseportd.Planning.RollingUpdates;

/// <summary>An action for the owner of a rolling update. The actions of a step are carried out in order.</summary>
internal abstract record UpdateAction
{
    private UpdateAction() { }

    /// <summary>An action that concerns one worker.</summary>
    internal abstract record OfWorker(int Worker) : UpdateAction;

    internal sealed record LogBegun : UpdateAction;

    internal sealed record LogPaused : UpdateAction;

    internal sealed record LogResumed : UpdateAction;

    internal sealed record LogFailed(bool RollsBack) : UpdateAction;

    internal sealed record LogDone : UpdateAction;

    /// <summary>The present specification applies to all workers of the service from now on, in the update or not.</summary>
    internal sealed record RenewAll : UpdateAction;

    /// <summary>The present specification applies to the worker from now on.</summary>
    internal sealed record Renew(int Worker) : OfWorker(Worker);

    /// <summary>The former specification applies to the worker until <see cref="Renew"/>.</summary>
    internal sealed record Keep(int Worker) : OfWorker(Worker);

    /// <summary>Commands wait for the worker until <see cref="Release"/>.</summary>
    internal sealed record Await(int Worker) : OfWorker(Worker);

    /// <summary>Commands no longer wait for the replacement of the worker.</summary>
    internal sealed record Release(int Worker) : OfWorker(Worker);

    /// <summary>Log that the replacement of the worker is complete.</summary>
    internal sealed record LogReplaced(int Worker) : OfWorker(Worker);

    /// <summary>Record the reason why the worker is not replaced.</summary>
    internal sealed record Explain(int Worker, NotReplaced Why) : OfWorker(Worker);

    /// <summary>Restart a worker that is not ready, without a change of its specification.</summary>
    internal sealed record RestartUnchanged(int Worker) : OfWorker(Worker);

    /// <summary>Restart a worker that is not ready, with the present specification. No command waits for the result.</summary>
    internal sealed record RestartRenewed(int Worker) : OfWorker(Worker);

    /// <summary>Stop first: drain and stop the process, then start its successor in the same slot.</summary>
    internal sealed record ReplaceInPlace(int Worker) : OfWorker(Worker);

    /// <summary>Start first: start the successor in a replacement slot.</summary>
    internal sealed record StartReplacement(int Worker) : OfWorker(Worker);

    /// <summary>
    /// The slot and its replacement slot exchange their processes, and the old process drains and stops in the replacement slot.
    /// </summary>
    internal sealed record Exchange(int Worker) : OfWorker(Worker);

    /// <summary>Stop the process in the replacement slot, unless it drains already. Forget the slot when it has ended.</summary>
    internal sealed record Dismiss(int Worker) : OfWorker(Worker);

    /// <summary>A process in the replacement slot drains to its end, and the worker no longer depends on it.</summary>
    internal sealed record Detach(int Worker) : OfWorker(Worker);
}
