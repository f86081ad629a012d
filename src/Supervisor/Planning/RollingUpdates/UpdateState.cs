using System.Collections.Immutable;

namespace Reuseportd.Planning.RollingUpdates;

/// <summary>
/// A rolling update: its phase, and its workers by number. A worker is in exactly one of <see cref="Waiting"/>,
/// <see cref="Moving"/> and <see cref="Done"/>.
/// </summary>
internal sealed record UpdateState
{
    public UpdatePhase Phase { get; init; } = new UpdatePhase.New();

    /// <summary>True if the specification of the service has changed. If false, the update only restarts workers.</summary>
    public bool IsChange { get; init; }

    /// <summary>True if the update undoes an earlier update. A rollback that fails is not rolled back.</summary>
    public bool IsRollback { get; init; }

    /// <summary>True if a user requested the former specification, which differs from the service's file.</summary>
    public bool IsTakenBack { get; init; }

    /// <summary>Workers that wait to be replaced, in order.</summary>
    public WorkerQueue Waiting { get; init; } = WorkerQueue.Empty;

    /// <summary>Workers whose replacement has begun and is not complete.</summary>
    public ImmutableSortedDictionary<int, ReplacementStage> Moving { get; init; } =
        ImmutableSortedDictionary<int, ReplacementStage>.Empty;

    /// <summary>Workers that have been replaced, restarted, or have left the service.</summary>
    public ImmutableHashSet<int> Done { get; init; } = [];

    /// <summary>Number of workers in the update.</summary>
    public int Count => Waiting.Count + Moving.Count + Done.Count;

    /// <summary>True if no further replacement begins until a user resumes the update.</summary>
    public bool IsPaused => Phase is UpdatePhase.Paused or UpdatePhase.Stopped or UpdatePhase.Failing { IsPaused: true };
}

internal abstract record UpdatePhase
{
    private UpdatePhase() { }

    /// <summary>The update has no workers yet.</summary>
    internal sealed record New : UpdatePhase;

    internal sealed record Running : UpdatePhase;

    /// <summary>A user has paused the update. Replacements that have begun continue.</summary>
    internal sealed record Paused : UpdatePhase;

    /// <summary>A worker could not be replaced in this turn. At the end of the turn the update stops.</summary>
    internal sealed record Failing(bool IsPaused) : UpdatePhase;

    /// <summary>The update stopped at a failure, and is paused.</summary>
    internal sealed record Stopped : UpdatePhase;

    /// <summary>The update stopped at a failure. The owner restores the former specification and cancels the update.</summary>
    internal sealed record RollingBack : UpdatePhase;

    /// <summary>The update is complete. The owner forgets it.</summary>
    internal sealed record Over : UpdatePhase;
}

/// <summary>The stage in the replacement of one worker.</summary>
internal enum ReplacementStage
{
    /// <summary>The worker has one process, old or new, in its own slot.</summary>
    InPlace,

    /// <summary>The new process starts in the replacement slot. The old process serves in the worker's own slot.</summary>
    StartingNew,

    /// <summary>The old process ends in the replacement slot. The new process is in the worker's own slot.</summary>
    EndingOld,
}

/// <summary>A rolling update after an event, and the actions to carry out.</summary>
internal readonly record struct UpdateTransition(UpdateState Update, Model.ValueList<UpdateAction> Actions);
