using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Readiness;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Loop;

/// <summary>Takes each event in the queue to the parts that handle it, in a fixed order.</summary>
internal sealed class EventDispatch(LoopParts parts, Func<TimeSpan> now)
{
    /// <summary>Takes all events, including those that are added in the meantime.</summary>
    public void Drain()
    {
        while (parts.Events.TryTake(out var happened)) Take(happened);
    }

    private void Take(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.ProcessStarted started:
                foreach (var follower in parts.Followers) follower.Started(started.Process, now());
                break;
            // The process may have ended since.
            case FleetEvent.ProcessReady { Process: var process } when process.Slot.Process == process:
                foreach (var follower in parts.Followers) follower.Ready(process, now());
                break;
            case FleetEvent.SocketsAdded { Process: var process } when process.Slot.Process == process:
                parts.Shares.Serve(process);
                break;
            case FleetEvent.ProcessExited exited when parts.Processes.Find(exited.Process.Serial) is not null:
                parts.Runner.Reap(exited.Process);
                break;
            case FleetEvent.ProcessEnded ended:
                foreach (var follower in parts.Followers) follower.Ended(ended.Process);
                break;
            case FleetEvent.ReadyReported reported when Senders.WorkerOf(reported.Pid, parts.Processes) is { } process:
                parts.Runner.Happen(process.Slot, new SlotEvent.ReportedReady(process.Generation));
                break;
            case FleetEvent.StartAsked asked:
                parts.Starter.Enqueue(asked.Slot, asked.Generation);
                break;
            case FleetEvent.SlotMoved moved:
                parts.Updates.Moved(moved.Slot);
                parts.Services.Forget(moved.Slot);
                break;
            case FleetEvent.ConnectionsCut cut:
                parts.Updates.Cut(cut.Slot, cut.Connections);
                break;
            case FleetEvent.SlotSettled settled:
                parts.Commands.Settled(settled.Slot);
                break;
            case FleetEvent.ServiceSettled settled:
                parts.Services.Release(settled.Service);
                break;
            case FleetEvent.DrainBegun begun:
                parts.Shares.Withdraw(begun.Process);
                break;
            case FleetEvent.DrainTimedOut over:
                parts.Shares.Release(over.Process);
                break;
            case FleetEvent.PortCheckAsked asked:
                parts.Sockets.Check(asked.Process);
                break;
            case FleetEvent.TreeEnded ended:
                parts.Runner.Happen(ended.Slot, new SlotEvent.TreeEnded());
                break;
            case FleetEvent.ReplacementLeft left:
                parts.Services.Forget(left.Service);
                break;
            case FleetEvent.ServiceForgotten forgotten:
                parts.Notifications.Remove(forgotten.Name);
                break;
        }
    }
}
