using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Trees;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Steps the slot machines with events and carries out their actions. Adds events for the other parts. Only the loop's thread
/// uses it.
/// </summary>
/// <param name="jitter">Random numbers, evenly spread in [0, 1), that spread the delays of restarts.</param>
internal sealed class SlotRunner(
    WorkerTable processes,
    ITreeReaper trees,
    FleetEvents events,
    SlotCounts counts,
    SettleTable settles,
    SlotLog log,
    Func<TimeSpan> clock,
    Func<double> jitter) : IDeadlineOwner
{
    private readonly DeadlineQueue<(WorkerSlot Slot, TimeSpan Due)> _deadlines = new();

    public void Enter(WorkerSlot slot)
    {
        counts.Enter(slot);
        events.Add(new FleetEvent.SlotEntered(slot));
        if (slot.Slot.State.Deadline is { } due) _deadlines.Add((slot, due), due);
    }

    public void Leave(WorkerSlot slot)
    {
        processes.ReleaseLast(slot);
        counts.Leave(slot);
        settles.Leave(slot);
        events.Add(new FleetEvent.SlotLeft(slot));
    }

    public void Apply(WorkerSlot slot, SlotEvent happened)
    {
        var before = slot.Slot;
        var (after, actions) = SlotMachine.Step(before, happened, slot.Policy, clock(), jitter());
        slot.MoveTo(after);
        counts.Move(slot, before.State, after.State);
        if (after.State.Deadline is { } due && due != before.State.Deadline) _deadlines.Add((slot, due), due);
        if (log.Moved(slot, before.State, happened) is > 0 and var cut) events.Add(new FleetEvent.ConnectionsCut(slot, cut));
        if (after.Restarts > before.Restarts) events.Add(new FleetEvent.Restarted(slot));
        settles.Moved(slot);
        var isNews = before.State is not SlotState.Ready || happened is SlotEvent.PolicyChanged;
        if (after.State is SlotState.Ready && isNews && slot.Process is { } process)
            events.Add(new FleetEvent.ProcessReady(process));
        foreach (var action in actions) Do(slot, action);
        events.Add(new FleetEvent.SlotMoved(slot));
    }

    /// <summary>
    /// Exchanges the processes of a worker's two slots. The new process, ready in the replacement slot, becomes the worker's. The
    /// worker's slot keeps its name and history.
    /// </summary>
    public void Exchange(WorkerSlot slot, WorkerSlot replacement)
    {
        counts.Add(slot, slot.Slot.State, -1);
        counts.Add(replacement, replacement.Slot.State, -1);
        var (older, newer) = (slot.Slot, replacement.Slot);
        // TreeEnded goes to the slot in which the process ended, so these counts stay with their slots.
        slot.MoveTo(newer with
        {
            Restarts = older.Restarts, LastExit = older.LastExit, TreesEnding = older.TreesEnding, LastGiven = slot.LastGiven,
        });
        replacement.MoveTo(older with { TreesEnding = newer.TreesEnding });
        slot.ExchangeProcesses(replacement);
        foreach (var changed in (ReadOnlySpan<WorkerSlot>)[slot, replacement])
        {
            counts.Add(changed, changed.Slot.State, 1);
            events.Add(new FleetEvent.SlotChanged(changed));
            if (changed.Slot.State.Deadline is { } due) _deadlines.Add((changed, due), due);
        }

        // The queued start is in the queue under the replacement slot.
        if (newer.State is SlotState.Starting { Phase: StartPhase.Queued })
            events.Add(new FleetEvent.StartAsked(slot, newer.Generation));
    }

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    /// <summary>Passes deadlines to the slot machines. A deadline that its slot no longer has is ignored.</summary>
    public void HandleDue(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var entry, out _))
            if (entry.Slot.Slot.State.Deadline == entry.Due)
                Apply(entry.Slot, new SlotEvent.DeadlinePassed());
    }

    /// <summary>Reaps a process that has ended and steps its slot.</summary>
    public void Reap(WorkerProcess process)
    {
        var slot = process.Slot;
        // The process still runs, or a tracer holds its end.
        if (processes.Reap(process) is not { } status) return;
        var isStopping = slot.Slot.State is SlotState.Stopping;
        process.RecordExit(isUnasked: status.Success && !isStopping);
        var oomKills = trees.OomKills(process);
        log.Exited(process, status, isStopping, oomKills);
        if (slot.RenewsAtEnd) slot.Renewed();
        Apply(slot, new SlotEvent.Exited(process.Generation, status with { OutOfMemory = oomKills > 0 }));
        events.Add(new FleetEvent.ProcessEnded(process));
    }

    private void Do(WorkerSlot slot, SlotAction action)
    {
        switch (action)
        {
            case SlotAction.Spawn spawn:
                events.Add(new FleetEvent.StartAsked(slot, spawn.Generation));
                break;
            case SlotAction.Drain when slot.Process is { } process:
                events.Add(new FleetEvent.DrainBegun(process));
                break;
            case SlotAction.Release when slot.Process is { } process:
                events.Add(new FleetEvent.DrainTimedOut(process));
                break;
            case SlotAction.Check when slot.Process is { } process:
                events.Add(new FleetEvent.PortCheckAsked(process));
                break;
            case SlotAction.Send send:
                slot.Process?.Handle.SendSignal(send.Signal);
                // A suspended process (SIGSTOP) does not act on the signal until it continues.
                slot.Process?.Handle.SendSignal(Signal.Continue);
                break;
            case SlotAction.KillTree:
                KillTree(slot);
                break;
            default:
                throw new InvalidOperationException($"no such slot action: {action}");
        }
    }

    private void KillTree(WorkerSlot slot)
    {
        if (slot.Pending is { } pending) pending.Stop();
        else if (slot.Process is { } process)
        {
            log.Killed(slot, process);
            trees.Kill(process);
        }
        else if (slot.Last is { } last) trees.Sweep(last);
    }
}
