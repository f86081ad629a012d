using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Readiness;

/// <summary>
/// What becomes known of the sockets of processes, from lines of the preload library and from the kernel, and what follows for their
/// readiness. Only the loop's thread uses it.
/// </summary>
internal sealed class OutcomeIntake(
    WorkerTable processes,
    SilenceWatch silence,
    SocketWatch sockets,
    SlotRunner runner,
    FleetEvents events,
    IFailureListener failures,
    Func<TimeSpan> clock) : IProcessFollower
{
    public void Started(WorkerProcess process, TimeSpan now)
    {
        if (OutcomeChannel.Of(process.Slot.Spec.Process) is not null)
        {
            sockets.Expect(process, now);
            return;
        }

        silence.Expect(process, now);
        sockets.ExpectLater(process, now);
    }

    /// <summary>The preload library has reported an outcome.</summary>
    public void Take(OutputMessage.OutcomeSeen seen)
    {
        silence.Heard(seen.Process, seen.Outcome);
        if (processes.Find(seen.Process) is { } process) Take(process, seen.Outcome);
        // The process has ended meanwhile.
        else if (processes.FindEnded(seen.Process) is { } ended) Remember(ended, seen.Outcome);
    }

    /// <summary>The stderr of a process has ended: the process ends, or has closed it.</summary>
    public void Take(OutputMessage.StreamEnded ended)
    {
        silence.StreamEnded(ended.Process);
        // What it binds from now on, only the kernel tells.
        if (processes.Find(ended.Process) is { } process) sockets.Expect(process, clock());
    }

    /// <summary>A task has found something out. Reports of a process that has ended meanwhile mean nothing.</summary>
    public void Take(ReadinessMessage found)
    {
        switch (found)
        {
            case ReadinessMessage.PortsSeen seen when processes.Find(seen.Process) is { } process:
                process.SeenWith(seen.Ports);
                foreach (var port in seen.Ports) runner.Happen(process.Slot, new SlotEvent.Serves(process.Generation, port));
                break;
            case ReadinessMessage.PortsChecked seen when processes.Find(seen.Process) is { } process:
                runner.Happen(process.Slot, new SlotEvent.Checked(process.Generation, seen.Ports));
                // It has closed a socket. The kernel tells when there is another one, whether a line does or not.
                if (process.Slot.Slot.State is SlotState.Starting { ServesSince: null }) sockets.Expect(process, clock());
                break;
            case ReadinessMessage.SilenceExplained explained:
                var silent = explained.Process;
                silent.Silence = explained.Silence;
                failures.Tell(new FailureEvent.LibrarySilent(silent.Slot.Name, silent.Handle.Pid, explained.Silence));
                break;
        }
    }

    private void Take(WorkerProcess process, BindOutcome outcome)
    {
        Remember(process, outcome);
        // The outcome that readiness waits for may be among the lost lines: the kernel knows the ports.
        if (outcome.Kind == OutcomeKind.Lost) sockets.Expect(process, clock());
        if (PortCoverage.ServedPort(outcome) is not { } port) return;
        process.Serves(outcome.Socket!.Inode, outcome.Pid, outcome.Socket.FileDescriptor);
        runner.Happen(process.Slot, new SlotEvent.Serves(process.Generation, port));
        // A process that was ready before has more sockets now.
        if (process.IsServing) events.Add(new FleetEvent.SocketsAdded(process));
    }

    private void Remember(WorkerProcess process, BindOutcome outcome)
    {
        process.Remember(outcome);
        if (outcome is { Succeeded: false, Socket: not null })
            failures.Tell(new FailureEvent.BindFailed(process.Slot.Name, outcome));
    }
}
