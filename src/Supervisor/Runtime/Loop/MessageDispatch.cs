using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Binds;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Runtime.Loop;

/// <summary>Takes each message of the mailbox to the part that handles it.</summary>
/// <param name="handOver">Makes the answer to a <see cref="HandoverMessage"/> from the obstacle, if there is one.</param>
internal sealed class MessageDispatch(
    LoopParts parts, Func<TimeSpan> now, Func<string?, HandedOver> handOver)
{
    /// <summary>A request for the state holds new starts back. The next request comes before this time is over.</summary>
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(200);

    /// <summary>True if all workers are stopping. The loop ends when they have stopped.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>True after the fleet was handed over: the loop must not touch it any more.</summary>
    public bool IsHandedOver { get; private set; }

    public void Handle(Message message)
    {
        switch (message)
        {
            case HandoverMessage asked:
                Handle(asked);
                break;
            case OutputMessage output:
                Handle(output);
                break;
            case BindMessage found:
                parts.Slots.Outcomes.Handle(found);
                break;
            case SteeringMessage report:
                parts.Slots.Shares.Handle(report);
                break;
            case ProcessMessage process:
                Handle(process);
                break;
            case ProbeMessage.ProbeAnswered answer:
                parts.Slots.Probes.Answered(answer, now());
                break;
            case FleetMessage asked:
                Handle(asked);
                break;
            case SnapshotMessage.TakeSnapshot take:
                take.Begin?.Invoke();
                take.Done.TrySetResult(parts.Services.Snapshots.Take(now()));
                break;
            case Message.Ping ping:
                ping.Answer();
                break;
            default:
                throw new InvalidOperationException($"no such message: {message}");
        }
    }

    private void Handle(HandoverMessage asked)
    {
        var answer = handOver(IsStopping ? "the daemon is stopping" : Obstacle());
        IsHandedOver = answer.Obstacle is null && !asked.IsTrial;
        asked.Done.TrySetResult(answer);
    }

    /// <summary>The reason why the fleet cannot be handed over at this moment; null if it can.</summary>
    private string? Obstacle()
    {
        // Starts in progress come to their end meanwhile.
        parts.Slots.Starter.Pause(now() + StartPause);
        parts.Slots.Probes.Pause(now() + StartPause);
        var (starts, probes) = (parts.Processes.Starts, parts.Processes.ProbeCommands);
        return !starts.IsEmpty ? "a process is starting"
            : probes.Count > 0 ? "the program of a probe runs"
            : parts.Processes.Table.Unconnected.Count > 0 ? "output files are not open yet" : null;
    }

    private void Handle(OutputMessage output)
    {
        switch (output)
        {
            case OutputMessage.OutcomeSeen seen:
                parts.Slots.Outcomes.Handle(seen);
                break;
            case OutputMessage.Idle idle:
                parts.Slots.Shares.Handle(idle);
                break;
            case OutputMessage.StreamEnded ended:
                parts.Slots.Outcomes.Handle(ended);
                break;
            case OutputMessage.FileOpened opened:
                parts.Processes.Files.Handle(opened);
                break;
            case OutputMessage.FileReleased released:
                parts.Processes.Files.Release(released.File);
                break;
            case OutputMessage.ReopenFiles reopen:
                parts.Processes.Files.Reopen(reopen);
                break;
        }
    }

    private void Handle(ProcessMessage process)
    {
        switch (process)
        {
            case ProcessMessage.Launched launched:
                Handle(launched.Start);
                break;
            case ProcessMessage.StartAbandoned abandoned:
                parts.Slots.Starter.GiveUp((WorkerStart)abandoned.Start);
                break;
            case ProcessMessage.AccountFound found:
                Accounts.Handle(found);
                break;
            case ProcessMessage.DatagramTaken taken:
                parts.Processes.Notifications.Handle(taken);
                break;
            case ProcessMessage.MemorySeen seen:
                parts.Services.Recycler.Measured(seen, now());
                break;
            case ProcessMessage.ChildEnded:
                parts.Processes.Children.ChildEnded();
                break;
        }
    }

    private void Handle(FleetMessage asked)
    {
        switch (asked)
        {
            case FleetMessage.Converge or FleetMessage.Command or FleetMessage.DrainForStop when IsStopping:
                asked.Refuse();
                break;
            case FleetMessage.Converge converge:
                parts.Processes.Accounts.Forget();
                parts.Services.PendingChanges.Begin(converge.Desired, converge.Done);
                break;
            case FleetMessage.Command { What: FleetCommand.Drain or FleetCommand.Undrain } host:
                parts.Services.HostCommands.Handle(host);
                break;
            case FleetMessage.DrainForStop drain:
                parts.Services.Host.BeginForStop(drain.Grace, drain.Done);
                break;
            case FleetMessage.Command command:
                parts.Services.Commands.Handle(command);
                break;
            case FleetMessage.AnswerNow answer:
                parts.Services.Commands.Expire(answer.Answer);
                parts.Services.HostCommands.Expire(answer.Answer);
                parts.Services.PendingChanges.Expire(answer.Answer);
                break;
            case FleetMessage.StopAll:
                StopAll();
                break;
        }
    }

    private void StopAll()
    {
        IsStopping = true;
        parts.Services.PendingChanges.Cancel();
        parts.Services.Commands.Cancel();
        parts.Services.HostCommands.Cancel();
        parts.Services.Host.Stop();
        foreach (var process in parts.Processes.Table.Stop()) parts.Slots.Runner.Reap(process);
        parts.Services.Table.StopAll();
        parts.Processes.Starts.Stop();
    }

    private void Handle(Start start)
    {
        parts.Processes.Children.StartEnded();
        if (!parts.Processes.Starts.End(start)) return;
        if (start is WorkerStart worker) parts.Slots.Starter.Launched(worker);
        else parts.Processes.ProbeCommands.Launched((ProbeStart)start);
    }
}
