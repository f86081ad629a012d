namespace Reuseportd.Planning.RollingUpdates;

/// <summary>
/// A rolling update as a pure function: (update, facts, event) to (update, actions). It replaces a few workers of a service at a
/// time, and keeps as many ready as the policy requires. It stops at the first new process that does not become ready.
/// The loop carries the actions out, and reports changes of workers as events. A step costs O(log n) for n workers. A step for
/// all waiting workers costs O(n log n).
/// </summary>
internal static partial class RollingUpdate
{
    public static UpdateTransition Step(UpdateState update, UpdateFacts facts, UpdateEvent happened)
    {
        var step = new Stepping(update, facts);
        return update.Phase switch
        {
            UpdatePhase.New => step.FromNew(happened),
            UpdatePhase.Running => step.FromRunning(happened),
            UpdatePhase.Paused => step.FromPaused(happened),
            UpdatePhase.Failing failing => step.FromFailing(failing, happened),
            UpdatePhase.Stopped => step.FromStopped(happened),
            UpdatePhase.RollingBack => step.FromRollingBack(happened),
            UpdatePhase.Over => step.FromOver(happened),
            _ => throw new InvalidOperationException($"no such update phase: {update.Phase}"),
        };
    }

    /// <summary>The context of one event, so that the answers of each phase read as a table.</summary>
    private readonly partial record struct Stepping(UpdateState Update, UpdateFacts Facts)
    {
        public UpdateTransition FromNew(UpdateEvent happened) => happened switch
        {
            UpdateEvent.Asked asked => Begin(asked.Workers),
            UpdateEvent.Cancelled => Cancel(),
            // The update has no workers yet, so these events have no effect.
            UpdateEvent.Moved or UpdateEvent.TurnEnded or UpdateEvent.PauseRequested or UpdateEvent.ResumeRequested
                or UpdateEvent.Joined or UpdateEvent.Left => Stay(),
            _ => throw Unanswered(happened),
        };

        public UpdateTransition FromRunning(UpdateEvent happened) => happened switch
        {
            UpdateEvent.Asked asked => Ask(asked.Workers),
            UpdateEvent.Moved moved => Look(moved.Worker),
            UpdateEvent.TurnEnded ended => Continue(ended.Next),
            UpdateEvent.PauseRequested => Pause(new UpdatePhase.Paused()),
            UpdateEvent.Left left => Forget(left.Worker),
            UpdateEvent.Cancelled => Cancel(),
            // The update is not paused. A worker that joins has the present specification.
            UpdateEvent.ResumeRequested or UpdateEvent.Joined => Stay(),
            _ => throw Unanswered(happened),
        };

        public UpdateTransition FromPaused(UpdateEvent happened) => happened switch
        {
            UpdateEvent.Asked asked => AskWhilePaused(asked.Workers),
            UpdateEvent.Moved moved => Look(moved.Worker),
            UpdateEvent.TurnEnded => FinishIfDone(),
            UpdateEvent.ResumeRequested => Resume(),
            UpdateEvent.Left left => Forget(left.Worker),
            UpdateEvent.Cancelled => Cancel(),
            // The update is already paused. A worker that joins has the present specification.
            UpdateEvent.PauseRequested or UpdateEvent.Joined => Stay(),
            _ => throw Unanswered(happened),
        };

        public UpdateTransition FromFailing(UpdatePhase.Failing failing, UpdateEvent happened) => happened switch
        {
            UpdateEvent.Asked asked => failing.IsPaused ? AskWhilePaused(asked.Workers) : Ask(asked.Workers),
            UpdateEvent.Moved moved => Look(moved.Worker),
            UpdateEvent.TurnEnded => StopUpdate(),
            UpdateEvent.PauseRequested => failing.IsPaused ? Stay() : Pause(new UpdatePhase.Failing(IsPaused: true)),
            UpdateEvent.ResumeRequested => failing.IsPaused ? Resume() : Stay(),
            UpdateEvent.Left left => Forget(left.Worker),
            UpdateEvent.Cancelled => Cancel(),
            // A worker that joins has the present specification.
            UpdateEvent.Joined => Stay(),
            _ => throw Unanswered(happened),
        };

        public UpdateTransition FromStopped(UpdateEvent happened) => happened switch
        {
            UpdateEvent.Asked asked => AskWhilePaused(asked.Workers),
            UpdateEvent.Moved moved => Look(moved.Worker),
            UpdateEvent.TurnEnded => FinishIfDone(),
            UpdateEvent.ResumeRequested => Resume(),
            UpdateEvent.Joined joined => JoinFormer(joined.Worker),
            UpdateEvent.Left left => Forget(left.Worker),
            UpdateEvent.Cancelled => Cancel(),
            // The update is already paused.
            UpdateEvent.PauseRequested => Stay(),
            _ => throw Unanswered(happened),
        };

        public UpdateTransition FromRollingBack(UpdateEvent happened) => happened switch
        {
            UpdateEvent.Left left => Forget(left.Worker),
            UpdateEvent.Cancelled => Cancel(),
            // The rollback is a separate update, which takes over all workers.
            UpdateEvent.Asked or UpdateEvent.Moved or UpdateEvent.TurnEnded or UpdateEvent.PauseRequested
                or UpdateEvent.ResumeRequested or UpdateEvent.Joined => Stay(),
            _ => throw Unanswered(happened),
        };

        public UpdateTransition FromOver(UpdateEvent happened) => happened switch
        {
            // The owner forgets the update.
            UpdateEvent.Asked or UpdateEvent.Moved or UpdateEvent.TurnEnded or UpdateEvent.PauseRequested
                or UpdateEvent.ResumeRequested or UpdateEvent.Joined or UpdateEvent.Left or UpdateEvent.Cancelled => Stay(),
            _ => throw Unanswered(happened),
        };

        private UpdateTransition Stay() => new(Update, []);

        private static UpdateTransition Become(UpdateState update, params ReadOnlySpan<UpdateAction> actions) =>
            new(update, [.. actions]);

        private static UpdateTransition Become(UpdateState update, IReadOnlyCollection<UpdateAction> actions) =>
            new(update, [.. actions]);

        private static InvalidOperationException Unanswered(UpdateEvent happened) => new($"no such update event: {happened}");
    }
}
