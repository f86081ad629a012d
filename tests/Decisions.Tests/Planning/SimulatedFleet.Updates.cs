using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Slots;

namespace Decisions.Tests.Planning;

/// <content>The rolling update, and the effects of its actions on the slots.</content>
internal sealed partial class SimulatedFleet
{
    private readonly HashSet<int> _moved = [];
    private Owned? _update;

    /// <summary>An update with the slots of its workers, as the daemon keeps it.</summary>
    private sealed class Owned(UpdateState state, int former)
    {
        public UpdateState State { get; set; } = state;

        public int Former => former;

        public Dictionary<int, SimulatedSlot> Slots { get; } = [];
    }

    private void NoteMoved(SimulatedSlot slot) => _moved.Add(slot.Worker);

    /// <summary>A turn of the loop.</summary>
    public void Turn()
    {
        while (_moved.Count > 0)
        {
            var moved = _moved.ToArray();
            _moved.Clear();
            foreach (var worker in moved)
            {
                if (_update is { } one && one.Slots.TryGetValue(worker, out var slot))
                    Step(one, new UpdateEvent.Moved(ConditionOf(slot)));
            }

            Sweep();
            if (_update is { } update) EndTurn(update);
        }

        Sweep();
        _slots.RemoveAll(slot => slot is { IsLeaving: true, Slot.State.HasProcess: false });
        Check();
    }

    private void EndTurn(Owned update)
    {
        UpdateState before;
        do
        {
            before = update.State;
            var next = before.Waiting.Count > 0 ? ConditionOf(update.Slots[before.Waiting.First]) : (WorkerCondition?)null;
            Step(update, new UpdateEvent.TurnEnded(next));
        }
        while (!ReferenceEquals(before, update.State));
        if (update.State.Phase is UpdatePhase.RollingBack) RollBack(update);
    }

    private void Ask(Owned update, SimulatedSlot[] asked)
    {
        foreach (var slot in asked) update.Slots[slot.Worker] = slot;
        foreach (var slot in _slots) NoteMoved(slot);
        Step(update, new UpdateEvent.Asked([.. asked.Select(ConditionOf)]));
    }

    private void RollBack(Owned update)
    {
        _version = update.Former;
        SimulatedSlot[] changed =
        [
            .. _slots.Where(slot => IsWanted(slot) && (slot.Kept != update.Former || slot.Condition is ProcessCondition.Down)),
        ];
        Step(update, new UpdateEvent.Cancelled());
        foreach (var slot in _slots) slot.Renew();
        if (changed.Length > 0) Ask(new Owned(new UpdateState { IsRollback = true }, former: 0), changed);
    }

    private void Step(Owned update, UpdateEvent happened)
    {
        var facts = new UpdateFacts(_policy, Wanted, Ready, _slots.Exists(slot => slot.IsChanging));
        var (after, actions) = RollingUpdate.Step(update.State, facts, happened);
        update.State = after;
        if (after.Phase is not UpdatePhase.Over) _update = update;
        else if (_update == update) _update = null;
        foreach (var action in actions) Do(update, action);
    }

    /// <summary>Carries an action out, and checks that it takes no more ready workers than it may.</summary>
    private void Do(Owned update, UpdateAction action)
    {
        var before = Ready;
        if (action is UpdateAction.RenewAll)
            foreach (var slot in _slots) slot.Renew();
        if (action is UpdateAction.OfWorker one) Do(update, update.Slots[one.Worker], action);

        if (action is UpdateAction.ReplaceInPlace) Assert.True(Ready >= LeastReady, $"{action}: {Ready} of {Wanted} are ready");
        else Assert.True(Ready >= before, $"{action}: {Ready} are ready, and {before} were");
        if (action is UpdateAction.StartReplacement)
            Assert.True(_slots.Count(slot => slot.Replacement is not null) <= _policy.MaxSurge, "too many replacements");
    }

    private void Do(Owned update, SimulatedSlot slot, UpdateAction action)
    {
        switch (action)
        {
            case UpdateAction.Renew:
                slot.Renew();
                break;
            case UpdateAction.Keep:
                slot.Kept ??= update.Former;
                break;
            case UpdateAction.Await:
                slot.IsAwaited = true;
                break;
            case UpdateAction.Release:
                slot.IsAwaited = false;
                break;
            case UpdateAction.RestartRenewed:
                slot.IsAwaited = false;
                slot.Renew();
                Apply(slot, new SlotEvent.RestartRequested());
                break;
            case UpdateAction.RestartUnchanged:
                Apply(slot, new SlotEvent.RestartRequested());
                break;
            case UpdateAction.ReplaceInPlace:
                Assert.True(slot.IsReady, "a worker that is not ready is drained");
                slot.RenewsAtEnd = true;
                Apply(slot, new SlotEvent.DrainRequested(new AfterStop.Restart()));
                break;
            case UpdateAction.StartReplacement:
                StartReplacement(slot);
                break;
            case UpdateAction.Exchange:
                Exchange(slot);
                break;
            case UpdateAction.Dismiss when slot.Replacement is { } replacement:
                slot.Replacement = null;
                if (!replacement.IsLeaving) Apply(replacement, new SlotEvent.StopRequested());
                replacement.IsLeaving = true;
                break;
            case UpdateAction.Detach:
                slot.Replacement = null;
                break;
        }
    }

    private void StartReplacement(SimulatedSlot slot)
    {
        Assert.Null(slot.Replacement);
        Assert.Equal(UpdateOrder.StartFirst, _policy.Order);
        slot.Replacement = new SimulatedSlot(slot.Worker, isReplacement: true);
        _replacements.Add(slot.Replacement);
        Apply(slot.Replacement, new SlotEvent.StartRequested());
    }

    private void Exchange(SimulatedSlot slot)
    {
        var replacement = slot.Replacement!;
        (slot.Slot, replacement.Slot) = (replacement.Slot, slot.Slot);
        (slot.Process, replacement.Process) = (replacement.Process, slot.Process);
        (slot.Queued, replacement.Queued) = (replacement.Queued, slot.Queued);
        replacement.Kept ??= slot.Kept;
        slot.Renew();
        replacement.IsLeaving = true;
        NoteMoved(slot);
        Apply(replacement, new SlotEvent.DrainRequested(new AfterStop.Stay()));
    }

    private void Sweep() => _replacements.RemoveAll(slot => slot is { IsLeaving: true, Slot.State.HasProcess: false });

    private WorkerCondition ConditionOf(SimulatedSlot slot) =>
        new(slot.Worker, slot.Condition, slot.Replacement?.Condition, IsWanted(slot));

    private bool IsWanted(SimulatedSlot slot) => !slot.IsLeaving && _overrides.Wants(slot.Worker);

    /// <summary>Asserts the invariants between two turns.</summary>
    private void Check()
    {
        foreach (var slot in _slots.Concat(_update is null ? [] : _update.Slots.Values).Where(slot => slot.IsAwaited))
        {
            Assert.True(_update is not null, $"worker {slot.Worker} is awaited, and no update is left");
            var isWaiting = _update.State.Waiting.Contains(slot.Worker) && _update.State.Phase is UpdatePhase.Running;
            Assert.True(isWaiting || _update.State.Moving.ContainsKey(slot.Worker), $"worker {slot.Worker} is awaited for ever");
        }

        if (_update?.State is not { } state) return;
        Assert.False(state.Phase is UpdatePhase.Failing or UpdatePhase.RollingBack or UpdatePhase.New, $"{state.Phase} lasts");
        var workers = state.Waiting.Concat(state.Moving.Keys).Concat(state.Done).ToArray();
        Assert.Equal(workers.Length, workers.Distinct().Count());
        Assert.Equal(workers.Length, state.Count);
        Assert.True(state.Moving.Count <= (_policy.Order == UpdateOrder.StartFirst ? _policy.MaxSurge : _policy.MaxUnavailable));
    }
}
