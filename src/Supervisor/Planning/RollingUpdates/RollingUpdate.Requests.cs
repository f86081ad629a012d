using Reuseportd.Model;

namespace Reuseportd.Planning.RollingUpdates;

/// <content>Requests of users: more workers, pause, resume, and the end of the update.</content>
internal static partial class RollingUpdate
{
    private readonly partial record struct Stepping
    {
        private UpdateTransition Begin(ValueList<WorkerCondition> asked)
        {
            // A rollback is logged even if no worker is ready.
            if (Facts.Ready == 0 && !Update.IsRollback) return RestartAll(asked);
            List<UpdateAction> actions = [new UpdateAction.LogBegun()];
            if (Update.IsChange) actions.AddRange(asked.Select(worker => new UpdateAction.Keep(worker.Worker)));
            return Add(Update with { Phase = new UpdatePhase.Running() }, asked, actions);
        }

        private UpdateTransition Ask(ValueList<WorkerCondition> asked) =>
            Facts.Ready == 0 ? RestartAll(asked) : Add(Update, asked, []);

        private UpdateTransition Add(UpdateState update, ValueList<WorkerCondition> asked, List<UpdateAction> actions)
        {
            var added = InOrder(asked);
            actions.AddRange(added.Select(worker => new UpdateAction.Await(worker.Worker)));
            return Become(Wait(update, added), actions);
        }

        /// <summary>
        /// The workers whose replacement has not begun. With start-first, ready workers come first: a failure of the first new
        /// process changes no worker. With stop-first, ready workers come last, as enough others must be ready.
        /// </summary>
        private WorkerCondition[] InOrder(ValueList<WorkerCondition> asked)
        {
            var (moving, readyFirst) = (Update.Moving, Facts.Policy.Order == UpdateOrder.StartFirst);
            return
            [
                .. asked.Where(worker => !moving.ContainsKey(worker.Worker))
                    .OrderByDescending(worker => worker.IsReady == readyFirst),
            ];
        }

        /// <summary>No worker is ready, so a restart of all workers at once interrupts nothing.</summary>
        private UpdateTransition RestartAll(ValueList<WorkerCondition> asked)
        {
            var actions = Ends();
            actions.Add(new UpdateAction.RenewAll());
            actions.AddRange(asked.Select(worker => new UpdateAction.RestartRenewed(worker.Worker)));
            return Become(Update with { Phase = new UpdatePhase.Over() }, actions);
        }

        /// <summary>Ready workers wait for the resume. Other workers restart with the specification that they have.</summary>
        private UpdateTransition AskWhilePaused(ValueList<WorkerCondition> asked)
        {
            if (Facts.Ready == 0) return RestartAll(asked);
            List<UpdateAction> actions = [];
            var added = InOrder(asked);
            foreach (var worker in added)
            {
                if (worker.IsReady) Postpone(worker.Worker, actions);
                else actions.Add(new UpdateAction.RestartUnchanged(worker.Worker));
            }

            return Become(Wait(Update, added), actions);
        }

        private UpdateTransition Pause(UpdatePhase phase)
        {
            List<UpdateAction> actions = [new UpdateAction.LogPaused()];
            foreach (var worker in Update.Waiting) Postpone(worker, actions);
            return Become(Update with { Phase = phase }, actions);
        }

        private UpdateTransition Resume()
        {
            List<UpdateAction> actions = [.. Update.Waiting.Select(worker => new UpdateAction.Await(worker))];
            actions.Add(new UpdateAction.LogResumed());
            return Become(Update with { Phase = new UpdatePhase.Running() }, actions);
        }

        private void Postpone(int worker, List<UpdateAction> actions)
        {
            // A rollback undoes the last change of the specification. A restart changes no specification.
            actions.Add(new UpdateAction.Explain(worker, new NotReplaced.UpdatePaused(CanRollBack: Update.IsChange)));
            actions.Add(new UpdateAction.Release(worker));
        }

        /// <summary>The present specification has failed. A new worker gets the former specification and waits.</summary>
        private UpdateTransition JoinFormer(int worker) =>
            Become(Wait(Update, worker), new UpdateAction.Keep(worker));

        /// <summary>Removes a worker that has left the service.</summary>
        private UpdateTransition Forget(int worker)
        {
            var isMoving = Update.Moving.TryGetValue(worker, out var stage);
            if (!isMoving && !Update.Waiting.Contains(worker)) return Stay();
            var next = Finish(Update with { Waiting = Update.Waiting.Without(worker) }, worker);
            return isMoving
                ? Become(next, Leave(worker, stage), new UpdateAction.Release(worker))
                : Become(next, new UpdateAction.Release(worker));
        }

        private UpdateTransition Cancel() => Become(Update with { Phase = new UpdatePhase.Over() }, Ends());

        /// <summary>The actions for the workers of an update that ends before its work is complete.</summary>
        private List<UpdateAction> Ends()
        {
            var actions = LeaveMoving();
            actions.AddRange(Update.Waiting.Select(worker => new UpdateAction.Release(worker)));
            return actions;
        }

        private List<UpdateAction> LeaveMoving()
        {
            List<UpdateAction> actions = [.. Update.Moving.Select(moving => Leave(moving.Key, moving.Value))];
            actions.AddRange(Update.Moving.Keys.Select(worker => new UpdateAction.Release(worker)));
            return actions;
        }

        private static UpdateAction Leave(int worker, ReplacementStage stage) =>
            stage is ReplacementStage.StartingNew ? new UpdateAction.Dismiss(worker) : new UpdateAction.Detach(worker);

        private static UpdateState Wait(UpdateState update, IEnumerable<WorkerCondition> workers) =>
            Wait(update, [.. workers.Select(worker => worker.Worker)]);

        private static UpdateState Wait(UpdateState update, params IReadOnlyCollection<int> workers) =>
            update with { Waiting = update.Waiting.With(workers), Done = update.Done.Except(workers) };

        private static UpdateState Finish(UpdateState update, int worker) =>
            update with { Moving = update.Moving.Remove(worker), Done = update.Done.Add(worker) };
    }
}
