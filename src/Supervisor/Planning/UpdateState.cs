using System.Collections.Immutable;

namespace Reuseportd.Planning;

/// <summary>
/// A rolling update: its phase, and its workers by number. A worker is in one of <see cref="Waiting"/>, <see cref="Moving"/> and
/// <see cref="Done"/>.
/// </summary>
internal sealed record UpdateState
{
    public UpdatePhase Phase { get; init; } = new UpdatePhase.New();

    /// <summary>Whether the service has another specification than before. If not, its workers are only restarted.</summary>
    public bool IsChange { get; init; }

    /// <summary>Whether it undoes an update. A rollback that fails is not rolled back.</summary>
    public bool IsRollback { get; init; }

    /// <summary>Whether a user asked for the former specification, which is not the one of the service's file.</summary>
    public bool IsTakenBack { get; init; }

    /// <summary>Workers to be replaced, the next one first.</summary>
    public WorkerQueue Waiting { get; init; } = WorkerQueue.Empty;

    /// <summary>Workers whose replacement has begun and is not complete.</summary>
    public ImmutableSortedDictionary<int, ReplacementStage> Moving { get; init; } =
        ImmutableSortedDictionary<int, ReplacementStage>.Empty;

    /// <summary>Workers that have been replaced, restarted, or have left the service.</summary>
    public ImmutableHashSet<int> Done { get; init; } = [];

    /// <summary>Workers that it began with.</summary>
    public int Count => Waiting.Count + Moving.Count + Done.Count;

    /// <summary>No further replacement begins until a user resumes it.</summary>
    public bool IsPaused => Phase is UpdatePhase.Paused or UpdatePhase.Stopped or UpdatePhase.Failing { IsPaused: true };
}

internal abstract record UpdatePhase
{
    private UpdatePhase() { }

    /// <summary>No worker has been asked for.</summary>
    internal sealed record New : UpdatePhase;

    internal sealed record Running : UpdatePhase;

    /// <summary>A user paused it. Replacements that have begun go on.</summary>
    internal sealed record Paused : UpdatePhase;

    /// <summary>A worker could not be replaced in this turn. At the end of the turn the update stops.</summary>
    internal sealed record Failing(bool IsPaused) : UpdatePhase;

    /// <summary>It stopped at a failure, and is paused.</summary>
    internal sealed record Stopped : UpdatePhase;

    /// <summary>It stopped at a failure. The owner gives the service its former specification and cancels the update.</summary>
    internal sealed record RollingBack : UpdatePhase;

    /// <summary>Nothing is left to do. The owner forgets it.</summary>
    internal sealed record Over : UpdatePhase;
}

/// <summary>How far the replacement of one worker is.</summary>
internal enum ReplacementStage
{
    /// <summary>The worker has one process, the old or the new one, in its own slot.</summary>
    InPlace,

    /// <summary>The new process starts in the replacement slot. The old one serves in the worker's own.</summary>
    StartingNew,

    /// <summary>The old process ends in the replacement slot. The new one is in the worker's own.</summary>
    EndingOld,
}

/// <summary>A rolling update after an event, and what has to be done.</summary>
internal readonly record struct UpdateTransition(UpdateState Update, Model.ValueList<UpdateAction> Actions);
