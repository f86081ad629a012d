using Reuseportd.Model;
using Reuseportd.Observability;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime;

/// <summary>
/// Runs the slots: steps the machine with what happened, does what it asks for, and logs what came of it. It keeps the
/// counts of states as it goes, so that nobody has to count.
/// </summary>
internal sealed class SlotRunner(WorkerTable processes, TreeReaper trees, ILogger log, Func<TimeSpan> clock, Func<double> roll)
{
    private readonly Queue<(WorkerSlot Slot, int Generation)> _spawns = new();
    private readonly Dictionary<string, int> _states = [];
    private int _workers;
    private int _unsettled;

    public DeadlineQueue<(WorkerSlot Slot, TimeSpan Due)> Deadlines { get; } = new();

    public bool HasSpawns => _spawns.Count > 0;

    public FleetCounts Counts => new(
        _workers, Count("ready"), Count("starting"), Count("stopping"), Count("backoff"), Count("failed"), _unsettled);

    public void Enter(WorkerSlot slot)
    {
        _workers++;
        Tally(slot.Slot.State, 1);
    }

    public void Leave(WorkerSlot slot)
    {
        _workers--;
        Tally(slot.Slot.State, -1);
        Settle(slot);
    }

    /// <summary>From here on the slot counts as unsettled, until it is ready, has failed at it, or has stopped.</summary>
    public void Expect(WorkerSlot slot)
    {
        if (slot.Unsettled) return;
        slot.Unsettled = true;
        _unsettled++;
    }

    public void Happen(WorkerSlot slot, SlotEvent happened)
    {
        var before = slot.Slot;
        var (after, actions) = SlotMachine.Step(before, happened, slot.Policy, clock(), roll());
        slot.Slot = after;
        Tally(before.State, -1);
        Tally(after.State, 1);
        if (after.State.Deadline is { } due && due != before.State.Deadline) Deadlines.Add((slot, due), due);
        Say(slot, before.State, happened);
        if (after.State is not (SlotState.Starting or SlotState.Stopping)) Settle(slot);
        foreach (var action in actions) Do(slot, action);
    }

    /// <summary>Passes on the deadlines that have come. One that the slot has left behind means nothing.</summary>
    public void PassDeadlines(TimeSpan now)
    {
        while (Deadlines.TryTake(now, out var entry, out _))
            if (entry.Slot.Slot.State.Deadline == entry.Due) Happen(entry.Slot, new SlotEvent.DeadlinePassed());
    }

    /// <summary>Starts the next of the processes that are to be started.</summary>
    /// <returns>The process, or null where none was made.</returns>
    public WorkerProcess? SpawnNext()
    {
        var (slot, generation) = _spawns.Dequeue();
        // It was stopped, or stopped and started again, while it waited.
        if (slot.Slot is not { State: SlotState.Starting { Running: false } } || slot.Slot.Generation != generation) return null;

        if (processes.TrySpawn(slot, generation, clock(), out var process, out var error))
        {
            Happen(slot, new SlotEvent.Spawned(generation));
        }
        else
        {
            log.SpawnFailed(slot.Name, error);
            Happen(slot, new SlotEvent.SpawnFailed(generation, error.ToString()));
        }

        return process;
    }

    /// <summary>Reaps a process that has ended and passes that on.</summary>
    public void Reap(WorkerProcess process)
    {
        if (processes.Reap(process) is not { } status) return;
        log.Exited(process.Slot.Name, process.Handle.Pid, status, clock() - process.Started, asked: process.Slot.Slot.State is SlotState.Stopping);
        Happen(process.Slot, new SlotEvent.Exited(process.Generation, status));
    }

    private void Do(WorkerSlot slot, SlotAction action)
    {
        switch (action)
        {
            case SlotAction.Spawn spawn:
                _spawns.Enqueue((slot, spawn.Generation));
                break;
            case SlotAction.Send send:
                slot.Process?.Handle.SendSignal(send.Signal);
                break;
            case SlotAction.KillTree when slot.Process is { } process:
                log.Killed(slot.Name, process.Handle.Pid);
                trees.Kill(process);
                break;
            case SlotAction.KillTree when slot.Last is { } last:
                trees.Sweep(last);
                break;
            // It never had a process.
            case SlotAction.KillTree:
                break;
            default:
                throw new InvalidOperationException($"no such slot action: {action}");
        }
    }

    private void Say(WorkerSlot slot, SlotState before, SlotEvent happened)
    {
        if (ReferenceEquals(before, slot.Slot.State)) return;
        switch (slot.Slot.State)
        {
            case SlotState.Ready when slot.Process is { } process:
                log.Ready(slot.Name, process.Handle.Pid, clock() - process.Started);
                break;
            case SlotState.Backoff backoff:
                log.Backoff(slot.Name, backoff.Delay, slot.Slot.Streak);
                break;
            case SlotState.Failed failed:
                log.Failed(slot.Name, failed.Reason);
                break;
            case SlotState.Stopping when before is not SlotState.Stopping:
                if (before is SlotState.Starting starting && happened is SlotEvent.DeadlinePassed)
                    log.ReadinessTimedOut(slot.Name, slot.Process?.Handle.Pid ?? 0, slot.Policy.Readiness.Timeout, starting.Coverage.Missing);
                log.Stopping(slot.Name, slot.Process?.Handle.Pid ?? 0, slot.Policy.Stop.Signal);
                break;
        }
    }

    private void Settle(WorkerSlot slot)
    {
        if (!slot.Unsettled) return;
        slot.Unsettled = false;
        _unsettled--;
    }

    private int Count(string word) => _states.GetValueOrDefault(word);

    private void Tally(SlotState state, int by) => _states[state.Word] = Count(state.Word) + by;
}
