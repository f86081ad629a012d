using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Supervision;

/// <summary>Logs the steps of slots, and tells of failures.</summary>
internal sealed class SlotLog(DrainCounts connections, ILogger log, IFailureListener failures, Func<TimeSpan> clock)
{
    /// <summary>Logs a step of a slot.</summary>
    /// <returns>Connections that the end of the process will cut.</returns>
    public int Moved(WorkerSlot slot, SlotState before, SlotEvent happened)
    {
        if (ReferenceEquals(before, slot.Slot.State)) return 0;
        switch (slot.Slot.State)
        {
            case SlotState.Ready when slot.Process is { } process:
                log.Ready(slot.Name, process.Handle.Pid, clock() - process.Started);
                break;
            // The update logs the failure of a replacement.
            case SlotState.Backoff or SlotState.Failed when slot.IsReplacement:
                break;
            case SlotState.Draining when before is not SlotState.Draining:
                log.Draining(slot.Name, PidOf(slot), slot.Policy.DrainTimeout);
                break;
            case SlotState.Backoff backoff:
                log.Backoff(slot.Name, backoff.Delay, slot.Slot.Streak);
                failures.Tell(new FailureEvent.WorkerFailed(slot.Name));
                break;
            case SlotState.Failed failed:
                log.Failed(slot.Name, FailureText.For(failed.Failure));
                failures.Tell(new FailureEvent.WorkerFailed(slot.Name));
                break;
            case SlotState.Stopping when before is not SlotState.Stopping:
                return Stopping(slot, before, happened);
        }

        return 0;
    }

    public void Exited(WorkerProcess process, ExitStatus status, bool isAsked, long oomKills) =>
        log.Exited(process.Slot.Name, process.Handle.Pid, status, clock() - process.Started, asked: isAsked, oomKills);

    public void Killed(WorkerSlot slot, WorkerProcess process) => log.Killed(slot.Name, process.Handle.Pid, slot.Policy.Stop);

    private int Stopping(WorkerSlot slot, SlotState before, SlotEvent happened)
    {
        var cut = 0;
        if (before is SlotState.Draining { IsOver: true } && happened is SlotEvent.Drained or SlotEvent.DeadlinePassed
            && slot.Process is { } process && connections.Of(process) is > 0 and var left)
        {
            cut = left;
            log.Drained(slot.Name, process.Handle.Pid, slot.Policy.DrainTimeout, left);
        }

        if (before is SlotState.Starting starting && happened is SlotEvent.DeadlinePassed)
        {
            log.ReadinessTimedOut(
                slot.Name, PidOf(slot), slot.Policy.Readiness.Timeout, Missing(slot, starting), starting.ProbeFailure);
            failures.Tell(new FailureEvent.ReadinessTimedOut(slot.Name));
        }

        log.Stopping(slot.Name, PidOf(slot), slot.Policy.Stop.Signal);
        return cut;
    }

    private static int PidOf(WorkerSlot slot) => slot.Process?.Handle.Pid ?? 0;

    /// <summary>The condition that readiness still waits for; null if it is a probe.</summary>
    private static string? Missing(WorkerSlot slot, SlotState.Starting starting) => slot.Policy.Readiness switch
    {
        _ when starting.ServesSince is not null => "settle",
        ReadinessSpec.Bind => starting.Coverage.Missing,
        ReadinessSpec.Notify => "READY=1",
        _ => null,
    };
}
