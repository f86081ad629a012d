using Reuseportd.Model;

namespace Reuseportd.Planning.RollingUpdates;

/// <content>The progress of workers from waiting to done, and the effects of a failure.</content>
internal static partial class RollingUpdate
{
    private readonly partial record struct Stepping
    {
        private bool PausesOnFailure =>
            Update.IsPaused || Update.IsRollback || Facts.Policy.FailureAction == UpdateFailureAction.Pause;

        /// <summary>Begins the replacement of the next worker if the policy allows it.</summary>
        private UpdateTransition Continue(WorkerCondition? next)
        {
            if (next is not { } worker) return FinishIfDone();
            if (!worker.IsWanted)
                return Become(
                    FinishAtOnce(worker), new UpdateAction.Renew(worker.Worker), new UpdateAction.Release(worker.Worker));
            // The worker is not ready, so its restart costs no capacity. The update does not wait for the result.
            if (!worker.IsReady) return Become(FinishAtOnce(worker), new UpdateAction.RestartRenewed(worker.Worker));
            if (!UpdatePace.MayBegin(Facts.Policy, Facts.Wanted, Facts.Ready, Update.Moving.Count))
                return Update.Moving.IsEmpty && !Facts.IsChanging ? Block(worker.Worker) : Stay();
            var startsFirst = Facts.Policy.Order == UpdateOrder.StartFirst;
            var begun = Update with
            {
                Waiting = Update.Waiting.Without(worker.Worker),
                Moving = Update.Moving.Add(worker.Worker, startsFirst ? ReplacementStage.StartingNew : ReplacementStage.InPlace),
            };
            UpdateAction begin =
                startsFirst ? new UpdateAction.StartReplacement(worker.Worker) : new UpdateAction.ReplaceInPlace(worker.Worker);
            return Become(begun, begin);
        }

        private UpdateState FinishAtOnce(WorkerCondition worker) =>
            Finish(Update with { Waiting = Update.Waiting.Without(worker.Worker) }, worker.Worker);

        private UpdateTransition FinishIfDone() => Update.Moving.IsEmpty && Update.Waiting.Count == 0
            ? Become(Update with { Phase = new UpdatePhase.Over() }, new UpdateAction.LogDone())
            : Stay();

        /// <summary>Stops the update: too few workers are ready to stop another, and no other worker is becoming ready.</summary>
        private UpdateTransition Block(int worker) => Become(
            Update with { Phase = new UpdatePhase.Failing(Update.IsPaused) },
            new UpdateAction.Explain(worker, new NotReplaced.TooFewReady(Facts.Ready, Facts.Wanted)));

        /// <summary>The next step in the replacement of one worker.</summary>
        private UpdateTransition Look(WorkerCondition worker)
        {
            if (!Update.Moving.TryGetValue(worker.Worker, out var stage)) return Stay();
            return stage switch
            {
                ReplacementStage.InPlace => LookInPlace(worker, Update),
                ReplacementStage.StartingNew => LookAtNew(worker),
                ReplacementStage.EndingOld => LookAtOld(worker),
                _ => throw new InvalidOperationException($"no such replacement stage: {stage}"),
            };
        }

        private UpdateTransition LookInPlace(
            WorkerCondition worker, UpdateState update, params UpdateAction[] before) => worker.Own switch
        {
            ProcessCondition.Placed => Settle(update, worker.Worker, before),
            // A user has stopped the worker.
            ProcessCondition.Stopped => Settle(update, worker.Worker, before),
            // The new process failed. The next process gets the former specification.
            ProcessCondition.Down when Update.IsChange =>
                Fail(update, worker.Worker, isReplacement: false, before, new UpdateAction.Keep(worker.Worker)),
            ProcessCondition.Down => Fail(update, worker.Worker, isReplacement: false, before),
            _ => Become(update, before),
        };

        private UpdateTransition LookAtNew(WorkerCondition worker)
        {
            if (!worker.IsWanted)
            {
                return Settle(
                    Update, worker.Worker, [new UpdateAction.Dismiss(worker.Worker), new UpdateAction.Renew(worker.Worker)]);
            }

            return worker.Replacement switch
            {
                ProcessCondition.Placed => Exchange(worker.Worker),
                // The old process ends without a request, so the new process takes its place before it is settled.
                ProcessCondition.Starting or ProcessCondition.Ready when !worker.IsReady => Exchange(worker.Worker),
                ProcessCondition.Stopping or ProcessCondition.Stopped or ProcessCondition.Down or null =>
                    Fail(Update, worker.Worker, isReplacement: true, [], new UpdateAction.Dismiss(worker.Worker)),
                _ => Stay(),
            };
        }

        private UpdateTransition Exchange(int worker) => Become(
            Update with { Moving = Update.Moving.SetItem(worker, ReplacementStage.EndingOld) },
            new UpdateAction.Exchange(worker));

        private UpdateTransition LookAtOld(WorkerCondition worker) => worker.Replacement switch
        {
            null or ProcessCondition.Stopped or ProcessCondition.Down => LookInPlace(
                worker,
                Update with { Moving = Update.Moving.SetItem(worker.Worker, ReplacementStage.InPlace) },
                new UpdateAction.Dismiss(worker.Worker)),
            _ => Stay(),
        };

        private static UpdateTransition Settle(UpdateState update, int worker, ReadOnlySpan<UpdateAction> before) => Become(
            Finish(update, worker), [.. before, new UpdateAction.LogReplaced(worker), new UpdateAction.Release(worker)]);

        /// <summary>The worker waits again. The update stops at the end of the turn, unless it has stopped before.</summary>
        private UpdateTransition Fail(
            UpdateState update,
            int worker,
            bool isReplacement,
            ReadOnlySpan<UpdateAction> before,
            params ReadOnlySpan<UpdateAction> after)
        {
            var failed = Wait(update with { Moving = update.Moving.Remove(worker) }, worker);
            var explain = new UpdateAction.Explain(worker, new NotReplaced.ProcessFailed(isReplacement, Remedy()));
            return update.Phase is UpdatePhase.Stopped
                ? Become(failed, [.. before, explain, .. after, new UpdateAction.Release(worker)])
                : Become(failed with { Phase = new UpdatePhase.Failing(update.IsPaused) }, [.. before, explain, .. after]);
        }

        private RemedyVerb Remedy() => Update switch
        {
            { IsTakenBack: true } => RemedyVerb.ApplyFormerFile,
            { IsChange: false } => RemedyVerb.Start,
            _ => PausesOnFailure ? RemedyVerb.Restart : RemedyVerb.Apply,
        };

        /// <summary>
        /// Handles a failure: dismisses replacements that are starting, and begins no others. Old processes that end may finish.
        /// </summary>
        private UpdateTransition StopUpdate()
        {
            int[] starting =
            [
                .. Update.Moving.Where(moving => moving.Value is ReplacementStage.StartingNew).Select(moving => moving.Key),
            ];
            var stopped = Wait(Update with { Moving = Update.Moving.RemoveRange(starting) }, starting);
            List<UpdateAction> actions = [.. starting.Select(worker => new UpdateAction.Dismiss(worker))];
            foreach (var worker in stopped.Waiting)
            {
                actions.Add(new UpdateAction.Explain(worker, new NotReplaced.UpdateStopped()));
                actions.Add(new UpdateAction.Release(worker));
            }

            actions.Add(new UpdateAction.LogFailed(RollsBack: Update.IsChange && !PausesOnFailure));
            if (Update.IsChange)
            {
                UpdatePhase phase = PausesOnFailure ? new UpdatePhase.Stopped() : new UpdatePhase.RollingBack();
                return Become(stopped with { Phase = phase }, actions);
            }

            // Without a former specification, there is nothing to roll back and no decision to wait for.
            actions.AddRange(new Stepping(stopped, Facts).LeaveMoving());
            return Become(stopped with { Phase = new UpdatePhase.Over() }, actions);
        }
    }
}
