using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Processes;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Loop;

/// <summary>Takes each event in the queue to the parts that handle it, in a fixed order.</summary>
internal sealed class EventDispatch(LoopParts parts, Func<TimeSpan> now, Action<WorkerName>? failed)
{
    /// <summary>Takes all events, including those that are added in the meantime.</summary>
    public void Drain()
    {
        while (parts.Events.TryTake(out var happened))
        {
            parts.Services.Journal?.Follow(happened);
            parts.Services.Counters.Follow(happened);
            Handle(happened);
        }
    }

    private void Handle(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.ProcessStarted started:
                foreach (var follower in parts.Followers) follower.Started(started.Process, now());
                foreach (var early in parts.Slots.EarlySenders.Take()) ReportReady(early);
                break;
            // The process may have ended since.
            case FleetEvent.ProcessReady { Process: var process } when process.Slot.Process == process:
                foreach (var follower in parts.Followers) follower.Ready(process, now());
                break;
            case FleetEvent.SocketsAdded { Process: var process } when process.Slot.Process == process:
                parts.Slots.Shares.ServeMore(process);
                break;
            case FleetEvent.ProcessExited exited when parts.Processes.Table.Find(exited.Process.Serial) is not null:
                parts.Slots.Runner.Reap(exited.Process);
                break;
            case FleetEvent.ProcessEnded ended:
                foreach (var follower in parts.Followers) follower.Ended(ended.Process);
                break;
            case FleetEvent.ReadyReported reported:
                if (Senders.WorkerOf(reported.Pid, parts.Processes.Table) is { } sender) ReportReady(sender);
                else parts.Slots.EarlySenders.Add(reported.Pid);
                break;
            case FleetEvent.StartAsked asked:
                parts.Slots.Starter.Enqueue(asked.Slot, asked.Generation);
                break;
            case FleetEvent.SlotEntered entered:
                // It may have failed in an earlier daemon.
                TellFailure(entered.Slot);
                break;
            case FleetEvent.SlotMoved moved:
                TellFailure(moved.Slot);
                parts.Services.Updates.Moved(moved.Slot);
                parts.Services.Table.Forget(moved.Slot);
                break;
            case FleetEvent.ConnectionsCut cut:
                parts.Services.Updates.Cut(cut.Slot, cut.Connections);
                break;
            case FleetEvent.SlotSettled settled:
                parts.Services.Commands.Settled(settled.Slot);
                parts.Services.Host.Settled();
                break;
            case FleetEvent.ServiceSettled settled:
                parts.Services.Table.Release(settled.Service);
                break;
            case FleetEvent.DrainBegun begun:
                parts.Slots.Shares.Withdraw(begun.Process);
                break;
            case FleetEvent.DrainTimedOut over:
                parts.Slots.Shares.Release(over.Process);
                break;
            case FleetEvent.PortCheckAsked asked:
                parts.Slots.Sockets.Check(asked.Process);
                break;
            case FleetEvent.TreeEnded ended:
                parts.Slots.Runner.Apply(ended.Slot, new SlotEvent.TreeEnded());
                break;
            case FleetEvent.ReplacementLeft left:
                parts.Services.Table.Forget(left.Service);
                parts.Services.Host.Settled();
                break;
            case FleetEvent.HostChanged:
                parts.Services.HostCommands.Changed();
                break;
            case FleetEvent.ServiceForgotten forgotten:
                parts.Processes.Notifications.Remove(forgotten.Name);
                parts.Slots.Methods.Forget(forgotten.Name);
                parts.Processes.Binds.Forget(forgotten.Name);
                parts.Slots.Shares.Forget(forgotten.Name);
                break;
        }
    }

    /// <summary>The failure of a replacement is that of an update, not of its worker.</summary>
    private void TellFailure(WorkerSlot slot)
    {
        if (slot is { IsReplacement: false, Leaving: false, Slot.State: SlotState.Failed }) failed?.Invoke(slot.Name);
    }

    private void ReportReady(WorkerProcess process) =>
        parts.Slots.Runner.Apply(process.Slot, new SlotEvent.ReportedReady(process.Generation));
}
