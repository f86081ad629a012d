using Decisions.Tests.Slots;
using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Slots;

namespace Decisions.Tests.Planning;

/// <summary>
/// A service with a rolling update, whose processes start, crash, are late and end as the test decides. The fleet carries out
/// actions as the daemon does, with the real slot machine, and asserts that each action is allowed.
/// </summary>
internal sealed partial class SimulatedFleet
{
    private readonly UpdateSpec _policy;
    private readonly List<SimulatedSlot> _slots = [];

    /// <summary>Replacement slots, also those whose process only has to end.</summary>
    private readonly List<SimulatedSlot> _replacements = [];

    private readonly SlotPolicy _slotPolicy = Make.Policy();
    private ServiceOverrides _overrides = new(Runs: true, Others: [], Scaled: null);
    private TimeSpan _now;
    private int _version;

    /// <summary>All workers are ready, with version 0.</summary>
    public SimulatedFleet(UpdateSpec policy, int workers)
    {
        _policy = policy;
        Scale(workers);
        Calm();
    }

    public UpdateState? Update => _update?.State;

    public int Wanted => _overrides.Wanted(_slots.Count(slot => !slot.IsLeaving));

    public int Ready => _slots.Count(slot => slot.IsReady);

    public int LeastReady => Math.Max(0, Wanted - _policy.MaxUnavailable);

    public IReadOnlyList<SimulatedSlot> Slots => _slots;

    /// <summary>True if a process runs, or is to run, in a replacement slot.</summary>
    public bool HasReplacements => _replacements.Count > 0;

    private IEnumerable<SimulatedSlot> All => _slots.Concat(_replacements);

    /// <summary>Applies an event of a process. Ignored if no process can have this event.</summary>
    /// <param name="pick">Chooses among the possible processes.</param>
    public void Live(string happened, int pick)
    {
        SimulatedSlot[] able = [.. All.Where(slot => Can(slot, happened))];
        if (able.Length > 0) Live(able[pick % able.Length], happened);
    }

    private static bool Can(SimulatedSlot slot, string happened) => happened switch
    {
        "spawn" => slot.Queued is not null,
        "serve" => slot is { Slot.State: SlotState.Starting, Process: not null },
        "place" => slot is { IsReady: true, Process.IsPlaced: false },
        "crash" => slot.Process is not null,
        "late" => slot.Slot.State.Deadline is not null,
        "drained" => slot.Slot.State is SlotState.Draining,
        "obey" => slot is { Slot.State: SlotState.Stopping, Process: not null },
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, null),
    };

    private void Live(SimulatedSlot slot, string happened)
    {
        switch (happened)
        {
            case "spawn":
                Spawn(slot);
                break;
            case "serve":
                Apply(slot, new SlotEvent.Serves(slot.Slot.Generation, Make.Port));
                break;
            case "place":
                slot.Process!.IsPlaced = true;
                NoteMoved(slot);
                break;
            case "crash" or "obey":
                End(slot);
                break;
            case "late":
                _now = slot.Slot.State.Deadline!.Value > _now ? slot.Slot.State.Deadline.Value : _now;
                Apply(slot, new SlotEvent.DeadlinePassed());
                break;
            case "drained":
                Apply(slot, new SlotEvent.Drained(slot.Slot.Generation));
                break;
        }
    }

    /// <summary>
    /// From now on processes of a good version become ready, and processes of a bad version crash. Returns when no event is
    /// left.
    /// </summary>
    public void Calm()
    {
        Turn();
        for (var steps = 0; Settle(); steps++)
        {
            Assert.True(steps < 10_000, "the fleet never settles");
            Turn();
        }
    }

    public static bool IsGood(int version) => version % 3 != 2;

    /// <returns>True if an event was left.</returns>
    private bool Settle()
    {
        foreach (var slot in All.ToArray())
        {
            var happened = slot switch
            {
                { Queued: not null } => "spawn",
                { Process: null } => slot.Slot.State is SlotState.Backoff && IsGood(slot.Kept ?? _version) ? "late" : null,
                { Slot.State: SlotState.Starting } => IsGood(slot.Process.Version) ? "serve" : "crash",
                { Slot.State: SlotState.Ready, Process.IsPlaced: false } => "place",
                { Slot.State: SlotState.Draining } => "drained",
                { Slot.State: SlotState.Stopping } => "obey",
                _ => null,
            };
            if (happened is null) continue;
            Live(slot, happened);
            return true;
        }

        return false;
    }

    private void Spawn(SimulatedSlot slot)
    {
        var generation = slot.Queued!.Value;
        slot.Queued = null;
        // The daemon drops a start that is no longer wanted.
        if (slot.Slot.State is not SlotState.Starting { Phase: StartPhase.Queued } || slot.Slot.Generation != generation) return;
        Assert.Null(slot.Process);
        if (_policy.Order == UpdateOrder.StopFirst)
            Assert.DoesNotContain(All, other => other.Worker == slot.Worker && other.Process is not null);
        slot.Process = new SimulatedProcess(generation, slot.Kept ?? _version);
        Apply(slot, new SlotEvent.Launched(generation));
        Apply(slot, new SlotEvent.Spawned(generation));
    }

    private void End(SimulatedSlot slot)
    {
        var generation = slot.Process!.Generation;
        slot.Process = null;
        if (slot.RenewsAtEnd) (slot.Kept, slot.RenewsAtEnd) = (null, false);
        Apply(slot, new SlotEvent.Exited(generation, ExitStatus.Killed(Signal.Kill)));
    }

    private void Apply(SimulatedSlot slot, SlotEvent happened)
    {
        var policy = _slotPolicy with { IsTrial = slot.IsReplacement };
        (slot.Slot, var actions) = SlotMachine.Step(slot.Slot, happened, policy, _now, jitter: 0.5);
        while (slot.Slot.TreesEnding > 0)
            (slot.Slot, _) = SlotMachine.Step(slot.Slot, new SlotEvent.TreeEnded(), policy, _now, jitter: 0.5);

        if (actions.OfType<SlotAction.Spawn>().FirstOrDefault() is { } spawn) slot.Queued = spawn.Generation;
        NoteMoved(slot);
    }
}
