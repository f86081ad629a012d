using System.Collections.Immutable;
using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;

namespace Decisions.Tests.Planning;

/// <summary>Phases, events and actions of a rolling update by the words that the tables use.</summary>
internal static class UpdateTexts
{
    public static readonly IReadOnlyList<string> Phases =
        ["new", "running", "paused", "failing", "failing-paused", "stopped", "rolling-back", "over"];

    public static readonly IReadOnlyList<string> Events =
        ["asked", "moved", "failed", "turn", "pause", "resume", "joined", "left", "cancelled"];

    /// <summary>An update of workers 0 to 3: 0 is being replaced, 1 and 2 wait, 3 is done.</summary>
    public static UpdateState Update(string phase) => phase == "new" ? new UpdateState { IsChange = true } : new UpdateState
    {
        IsChange = true,
        Phase = phase switch
        {
            "running" => new UpdatePhase.Running(),
            "paused" => new UpdatePhase.Paused(),
            "failing" => new UpdatePhase.Failing(IsPaused: false),
            "failing-paused" => new UpdatePhase.Failing(IsPaused: true),
            "stopped" => new UpdatePhase.Stopped(),
            "rolling-back" => new UpdatePhase.RollingBack(),
            "over" => new UpdatePhase.Over(),
            _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, null),
        },
        Waiting = WorkerQueue.Empty.With(1, 2),
        Moving = ImmutableSortedDictionary<int, ReplacementStage>.Empty.Add(0, ReplacementStage.StartingNew),
        Done = [3],
    };

    public static UpdateEvent Event(string word) => word switch
    {
        "asked" => new UpdateEvent.Asked([Serving(4)]),
        "moved" => new UpdateEvent.Moved(Serving(0) with { Replacement = ProcessCondition.Placed }),
        "failed" => new UpdateEvent.Moved(Serving(0) with { Replacement = ProcessCondition.Down }),
        "turn" => new UpdateEvent.TurnEnded(Serving(1)),
        "pause" => new UpdateEvent.PauseRequested(),
        "resume" => new UpdateEvent.ResumeRequested(),
        "joined" => new UpdateEvent.Joined(5),
        "left" => new UpdateEvent.Left(0),
        "cancelled" => new UpdateEvent.Cancelled(),
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
    };

    public static WorkerCondition Serving(int worker) => new(worker, ProcessCondition.Placed, Replacement: null, IsWanted: true);

    public static ReplacementStage Stage(string word) => word switch
    {
        "in-place" => ReplacementStage.InPlace,
        "starting-new" => ReplacementStage.StartingNew,
        "ending-old" => ReplacementStage.EndingOld,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
    };

    /// <summary>The stage of a worker, or the set that it is in.</summary>
    public static string Place(UpdateState update, int worker) => update switch
    {
        _ when update.Moving.TryGetValue(worker, out var stage) => stage switch
        {
            ReplacementStage.InPlace => "in-place",
            ReplacementStage.StartingNew => "starting-new",
            _ => "ending-old",
        },
        _ when update.Waiting.Contains(worker) => "waiting",
        _ => update.Done.Contains(worker) ? "done" : "none",
    };

    public static string Text(UpdatePhase phase) => phase switch
    {
        UpdatePhase.New => "new",
        UpdatePhase.Running => "running",
        UpdatePhase.Paused => "paused",
        UpdatePhase.Failing failing => failing.IsPaused ? "failing-paused" : "failing",
        UpdatePhase.Stopped => "stopped",
        UpdatePhase.RollingBack => "rolling-back",
        UpdatePhase.Over => "over",
        _ => throw new ArgumentOutOfRangeException(nameof(phase)),
    };

    public static string Text(IEnumerable<UpdateAction> actions) => string.Join(", ", actions.Select(Text));

    private static string Text(UpdateAction action) => action switch
    {
        UpdateAction.LogBegun => "log-begun",
        UpdateAction.LogPaused => "log-paused",
        UpdateAction.LogResumed => "log-resumed",
        UpdateAction.LogFailed failed => failed.RollsBack ? "log-failed-rolls-back" : "log-failed",
        UpdateAction.LogDone => "log-done",
        UpdateAction.RenewAll => "renew-all",
        UpdateAction.Renew one => $"renew {one.Worker}",
        UpdateAction.Keep one => $"keep {one.Worker}",
        UpdateAction.Await one => $"await {one.Worker}",
        UpdateAction.Release one => $"release {one.Worker}",
        UpdateAction.LogReplaced one => $"log-replaced {one.Worker}",
        UpdateAction.Explain one => $"{Text(one.Why)} {one.Worker}",
        UpdateAction.RestartUnchanged one => $"restart-unchanged {one.Worker}",
        UpdateAction.RestartRenewed one => $"restart {one.Worker}",
        UpdateAction.ReplaceInPlace one => $"replace-in-place {one.Worker}",
        UpdateAction.StartReplacement one => $"start-replacement {one.Worker}",
        UpdateAction.Exchange one => $"exchange {one.Worker}",
        UpdateAction.Dismiss one => $"dismiss {one.Worker}",
        UpdateAction.Detach one => $"detach {one.Worker}",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    private static string Text(NotReplaced why) => why switch
    {
        NotReplaced.ProcessFailed failed => failed.IsReplacement ? "replacement-failed" : "process-failed",
        NotReplaced.TooFewReady few => $"{few.Ready}-of-{few.Wanted}-ready",
        NotReplaced.UpdateStopped => "update-stopped",
        NotReplaced.UpdatePaused paused => paused.CanRollBack ? "postponed" : "postponed-restart",
        _ => throw new ArgumentOutOfRangeException(nameof(why)),
    };
}
