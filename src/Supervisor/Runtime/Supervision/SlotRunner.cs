using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Trees;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Runs the slots: steps the machine with what happened, and does what it asks for. Other parts are told by events. Only the loop's
/// thread uses it.
/// </summary>
/// <param name="jitter">Spreads the delays of restarts; evenly spread in [0, 1).</param>
internal sealed class SlotRunner(
    WorkerTable processes,
    ITreeReaper trees,
    FleetEvents events,
    SlotCounts counts,
    SlotLog log,
    Func<TimeSpan> clock,
    Func<double> jitter) : IDeadlineOwner
{
    private readonly DeadlineQueue<(WorkerSlot Slot, TimeSpan Due)> _deadlines = new();

    public void Enter(WorkerSlot slot) => counts.Enter(slot);

    public void Leave(WorkerSlot slot)
    {
        processes.Leave(slot);
        counts.Leave(slot);
        Settle(slot);
    }

    /// <summary>From here on the slot counts as unsettled, until it is ready, has failed at it, or has stopped.</summary>
    public void Expect(WorkerSlot slot) => counts.Expect(slot);

    public void Happen(WorkerSlot slot, SlotEvent happened)
    {
        var before = slot.Slot;
        var (after, actions) = SlotMachine.Step(before, happened, slot.Policy, clock(), jitter());
        slot.Slot = after;
        counts.Move(slot, before.State, after.State);
        if (after.State.Deadline is { } due && due != before.State.Deadline) _deadlines.Add((slot, due), due);
        if (log.Moved(slot, before.State, happened) is > 0 and var cut) events.Add(new FleetEvent.ConnectionsCut(slot, cut));
        if (after.State is not (SlotState.Starting or SlotState.Stopping or SlotState.Draining)) Settle(slot);
        var isNews = before.State is not SlotState.Ready || happened is SlotEvent.PolicyChanged;
        if (after.State is SlotState.Ready && isNews && slot.Process is { } process) events.Add(new FleetEvent.ProcessReady(process));
        foreach (var action in actions) Do(slot, action);
        events.Add(new FleetEvent.SlotMoved(slot));
    }

    /// <summary>
    /// The new process, which is ready in the replacement, becomes the worker's, and the old one the replacement's: what others
    /// know of the worker by holds on.
    /// </summary>
    public void Exchange(WorkerSlot slot)
    {
        var replacement = slot.Replacement!;
        counts.Add(slot, slot.Slot.State, -1);
        counts.Add(replacement, replacement.Slot.State, -1);
        var (older, newer) = (slot.Slot, replacement.Slot);
        // Trees are told of to the slot that their process was in when it ended.
        slot.Slot = newer with
        {
            Restarts = older.Restarts, LastExit = older.LastExit, TreesEnding = older.TreesEnding, LastGiven = slot.LastGiven,
        };
        replacement.Slot = older with { TreesEnding = newer.TreesEnding };
        (slot.Process, replacement.Process) = (replacement.Process, slot.Process);
        (slot.Last, replacement.Last) = (replacement.Last, slot.Last);
        (slot.Pending, replacement.Pending) = (replacement.Pending, slot.Pending);
        foreach (var one in (ReadOnlySpan<WorkerSlot>)[slot, replacement])
        {
            counts.Add(one, one.Slot.State, 1);
            if (one.Last is { } last) last.Slot = one;
            if (one.Process is { } process) process.Slot = one;
            if (one.Pending is { } pending) pending.Slot = one;
            if (one.Slot.State.Deadline is { } due) _deadlines.Add((one, due), due);
        }

        // It waits for its turn under the replacement's name.
        if (newer.State is SlotState.Starting { Phase: StartPhase.Queued }) 
            events.Add(new FleetEvent.StartAsked(slot, newer.Generation));
    }

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    /// <summary>Passes on the deadlines that have come. A deadline that the slot has left behind means nothing.</summary>
    public void Pass(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var entry, out _))
            if (entry.Slot.Slot.State.Deadline == entry.Due)
                Happen(entry.Slot, new SlotEvent.DeadlinePassed { ProbeFailure = entry.Slot.Process?.ProbeFailure });
    }

    /// <summary>Reaps a process that has ended, and passes that on.</summary>
    public void Reap(WorkerProcess process)
    {
        var slot = process.Slot;
        if (processes.Reap(process) is { } status)
        {
            var isStopping = slot.Slot.State is SlotState.Stopping;
            process.HasGone = status.Success && !isStopping;
            var oomKills = trees.OomKills(process);
            log.Exited(process, status, isStopping, oomKills);
            if (slot.RenewsAtEnd) slot.Renewed();
            Happen(slot, new SlotEvent.Exited(process.Generation, status with { OutOfMemory = oomKills > 0 }));
        }

        events.Add(new FleetEvent.ProcessEnded(process, slot));
    }

    /// <summary>A worker that was to be replaced has been, or will not be.</summary>
    public void EndUpdate(WorkerSlot slot)
    {
        slot.Updating = false;
        if (slot.Slot.State is not (SlotState.Starting or SlotState.Stopping or SlotState.Draining)) Settle(slot);
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
                // A suspended process (SIGSTOP) would not act on the signal.
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

    private void Settle(WorkerSlot slot)
    {
        if (!counts.Settle(slot)) return;
        if (slot.Service.Unsettled == 0) events.Add(new FleetEvent.ServiceSettled(slot.Service));
        events.Add(new FleetEvent.SlotSettled(slot));
    }
}
