using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Slots;

namespace Decisions.Tests.Planning;

/// <content>Commands of users.</content>
internal sealed partial class SimulatedFleet
{
    /// <param name="pick">Chooses the worker, the version or the number of workers.</param>
    public void Command(string command, int pick)
    {
        SimulatedSlot[] present = [.. _slots.Where(slot => !slot.IsLeaving)];
        var one = present[pick % present.Length];
        switch (command)
        {
            case "apply":
                Apply(_version + 1 + pick % 3);
                break;
            case "restart":
                Restart(present);
                break;
            case "restart-one":
                Restart([one]);
                break;
            case "stop-one":
                _overrides = _overrides.Stop([one.Worker], present.Length);
                Apply(one, Farewell());
                break;
            case "start-one":
                _overrides = _overrides.Start([one.Worker], present.Length);
                Apply(one, new SlotEvent.StartRequested());
                break;
            case "pause" when _update is { State.IsPaused: false } update:
                Step(update, new UpdateEvent.PauseRequested());
                break;
            case "resume" when _update is { State.IsPaused: true } update:
                Step(update, new UpdateEvent.ResumeRequested());
                NoteMoved(one);
                break;
            case "rollback" when _update is { State.IsChange: true } update:
                RollBack(update);
                break;
            case "scale":
                Scale(1 + pick % 6);
                break;
        }
    }

    public void Apply(int version)
    {
        var former = _version;
        _version = version;
        if (_overrides.Runs) _overrides = _overrides with { Others = [] };
        if (_update is { } update) Step(update, new UpdateEvent.Cancelled());
        Ask(new Owned(new UpdateState { IsChange = true }, former), [.. _slots.Where(IsWanted)]);
    }

    private void Restart(SimulatedSlot[] slots)
    {
        _overrides = _overrides.Start(slots.Select(slot => slot.Worker), _slots.Count(slot => !slot.IsLeaving));
        Ask(_update ?? new Owned(new UpdateState(), former: 0), slots);
    }

    private void Scale(int workers)
    {
        _overrides = _overrides.Scale(workers);
        foreach (var slot in _slots.Where(slot => slot.Worker >= workers))
        {
            slot.IsLeaving = true;
            Apply(slot, Farewell());
        }

        _slots.RemoveAll(slot => slot is { IsLeaving: true, Slot.State.HasProcess: false });
        for (var worker = 0; worker < workers; worker++) Enter(worker);
    }

    private void Enter(int worker)
    {
        var slot = _slots.Find(present => present.Worker == worker);
        if (slot is { IsLeaving: false }) return;
        if (slot is null)
        {
            slot = new SimulatedSlot(worker, isReplacement: false);
            _slots.Add(slot);
            if (_update is { } update)
            {
                if (update.Slots.TryGetValue(worker, out var former) && former != slot)
                    Step(update, new UpdateEvent.Left(worker));
                update.Slots[worker] = slot;
                Step(update, new UpdateEvent.Joined(worker));
            }
        }

        slot.IsLeaving = false;
        if (_overrides.Wants(worker)) Apply(slot, new SlotEvent.StartRequested());
    }

    /// <summary>A worker drains if another worker is to run, and otherwise stops at once.</summary>
    private SlotEvent Farewell() =>
        _slots.Exists(IsWanted) ? new SlotEvent.DrainRequested(new AfterStop.Stay()) : new SlotEvent.StopRequested();
}
