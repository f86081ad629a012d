using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Binds;

/// <summary>
/// Takes facts about sockets, from outcome lines and from the kernel, and reports them to the slot machines for readiness. Only
/// the loop's thread uses it.
/// </summary>
internal sealed class OutcomeIntake(
    WorkerTable processes,
    SilenceWatch silence,
    SocketWatch sockets,
    SlotRunner runner,
    FleetEvents events,
    MethodReports methods,
    Backlogs backlogs,
    IFailureListener failures,
    Func<TimeSpan> clock) : IProcessFollower
{
    public void Started(WorkerProcess process, TimeSpan now)
    {
        methods.Tell(process);
        var hasLines = OutcomeChannel.Of(process.Slot.Spec.Process) is null && process.Method.ExpectsLines;
        if (hasLines) silence.Watch(process, now);
        if (process.Method.UsesKernel)
        {
            sockets.WatchAtHalf(process, now);
            return;
        }

        // The kernel carries out some answered calls by itself, and reports no outcome of them.
        if (hasLines || process.Method.UsesSeccomp) sockets.WatchLater(process, now);
        else sockets.Watch(process, now);
    }

    /// <summary>Handles an outcome: a line of the preload library, or a report of the kernel.</summary>
    public void Handle(OutputMessage.OutcomeSeen seen)
    {
        if (!seen.Outcome.IsKernels) silence.Heard(seen.Process, seen.Outcome);
        if (processes.Find(seen.Process) is { } process) Handle(process, seen.Outcome);
        // The process has ended in the meantime.
        else if (processes.FindEnded(seen.Process) is { } ended) Remember(ended, seen.Outcome);
    }

    /// <summary>Handles the end of a process's stderr: the process is ending, or has closed it.</summary>
    public void Handle(OutputMessage.StreamEnded ended)
    {
        silence.StreamEnded(ended.Process);
        // Only the kernel reports further binds of the process.
        if (processes.Find(ended.Process) is { Method.IsObserved: false } process) sockets.Watch(process, clock());
    }

    /// <summary>Handles the result of a query. Results for ended processes are ignored.</summary>
    public void Handle(BindMessage found)
    {
        switch (found)
        {
            case BindMessage.PortsSeen seen when processes.Find(seen.Process) is { } process:
                process.Served.AddKernelPorts(seen.Ports);
                foreach (var port in seen.Ports) runner.Apply(process.Slot, new SlotEvent.Serves(process.Generation, port));
                break;
            case BindMessage.PortsChecked seen when processes.Find(seen.Process) is { } process:
                runner.Apply(process.Slot, new SlotEvent.Checked(process.Generation, seen.Ports));
                // The process has closed a socket. Only the kernel reliably tells when there is a new one.
                if (process.Slot.Slot.State is SlotState.Starting { ServesSince: null }) sockets.Watch(process, clock());
                break;
            case BindMessage.Confined confined when processes.Find(confined.Process) is { } process:
                process.RecordConfined();
                events.Add(new FleetEvent.SlotChanged(process.Slot));
                break;
            case BindMessage.SilenceExplained explained:
                silence.Explained(explained.Process.Serial);
                if (explained.Silence is { } why) Record(explained.Process, why);
                break;
        }
    }

    private void Record(WorkerProcess silent, PreloadDiagnosis why)
    {
        silent.RecordSilence(why);
        methods.Tell(silent);
        failures.Tell(new FailureEvent.LibrarySilent(
            silent.Slot.Name, silent.Handle.Pid, why, silent.Method.WithoutLibrary));
    }

    private void Handle(WorkerProcess process, BindOutcome outcome)
    {
        Remember(process, outcome);
        backlogs.Handle(process, outcome);
        // The lost line may report a port that readiness needs, so the kernel is asked for the ports.
        if (outcome.Kind == OutcomeKind.Lost) sockets.Watch(process, clock());
        if (PortCoverage.ServedPort(outcome) is not { } port) return;
        // Without its inode, the socket is found among the descriptors of the process.
        if (outcome.Socket!.Inode == 0) process.Served.AddKernelPorts([port]);
        else process.Served.Add(outcome.Socket.Inode, outcome.Pid, outcome.Socket.FileDescriptor);
        // First: if this socket makes the process ready, the event of its readiness requests the share.
        events.Add(new FleetEvent.SocketsAdded(process));
        runner.Apply(process.Slot, new SlotEvent.Serves(process.Generation, port));
    }

    private void Remember(WorkerProcess process, BindOutcome outcome)
    {
        process.Remember(outcome);
        if (outcome is not { Succeeded: false, Socket: not null }) return;
        events.Add(new FleetEvent.BindFailed(process.Slot, outcome.Result));
        failures.Tell(new FailureEvent.BindFailed(process.Slot.Name, outcome));
    }
}
