using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Readiness;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Runtime.Loop;

/// <summary>Takes each message of the mailbox to the part that handles it.</summary>
internal sealed class MessageDispatch(LoopParts parts, Mailbox mailbox, Func<TimeSpan> now)
{
    /// <summary>True if all workers are stopping. The loop ends when they have stopped.</summary>
    public bool IsStopping { get; private set; }

    public void Take(Message message)
    {
        switch (message)
        {
            case OutputMessage output:
                Take(output);
                break;
            case ReadinessMessage found:
                parts.Outcomes.Take(found);
                break;
            case SteeringMessage report:
                parts.Shares.Take(report);
                break;
            case ProcessMessage process:
                Take(process);
                break;
            case ProbeMessage.ProbeAnswered answer:
                parts.Probes.Answered(answer, now());
                break;
            case FleetMessage asked:
                Take(asked);
                break;
            case SnapshotMessage.TakeSnapshot take:
                take.Begin?.Invoke();
                var snapshot = SnapshotBuilder.Of(parts.Services, parts.Counts.Fleet, now());
                take.Done.TrySetResult(snapshot with { LoopDelay = mailbox.LongestWait() });
                break;
            case Message.Ping ping:
                ping.Answer();
                break;
            default:
                throw new InvalidOperationException($"no such message: {message}");
        }
    }

    private void Take(OutputMessage output)
    {
        switch (output)
        {
            case OutputMessage.OutcomeSeen seen:
                parts.Outcomes.Take(seen);
                break;
            case OutputMessage.StreamEnded ended:
                parts.Outcomes.Take(ended);
                break;
            case OutputMessage.FileOpened opened:
                parts.Files.Take(opened);
                break;
            case OutputMessage.FileReleased released:
                parts.Files.Release(released.File);
                break;
            case OutputMessage.ReopenFiles reopen:
                parts.Files.Reopen(reopen);
                break;
        }
    }

    private void Take(ProcessMessage process)
    {
        switch (process)
        {
            case ProcessMessage.Launched launched:
                Take(launched.Start);
                break;
            case ProcessMessage.StartAbandoned abandoned:
                parts.Starter.GiveUp(abandoned.Start);
                break;
            case ProcessMessage.AccountFound found:
                Accounts.Take(found);
                break;
            case ProcessMessage.MemorySeen seen:
                parts.Recycler.Weighed(seen, now());
                break;
            case ProcessMessage.ChildEnded:
                parts.Children.ChildEnded();
                break;
        }
    }

    private void Take(FleetMessage asked)
    {
        switch (asked)
        {
            case FleetMessage.Converge or FleetMessage.Command when IsStopping:
                asked.Refuse();
                break;
            case FleetMessage.Converge converge:
                parts.Accounts.Forget();
                parts.PendingChanges.Begin(converge.Desired, converge.Done);
                break;
            case FleetMessage.Command command:
                parts.Commands.Take(command);
                break;
            case FleetMessage.AnswerNow answer:
                parts.Commands.Expire(answer.Answer);
                parts.PendingChanges.Expire(answer.Answer);
                break;
            case FleetMessage.StopAll:
                StopAll();
                break;
        }
    }

    private void StopAll()
    {
        IsStopping = true;
        parts.PendingChanges.Cancel();
        parts.Commands.Cancel();
        foreach (var process in parts.Processes.Stop()) parts.Runner.Reap(process);
        parts.Services.StopAll();
        parts.Starts.Stop();
    }

    private void Take(Start start)
    {
        parts.Children.StartEnded();
        if (!parts.Starts.End(start)) return;
        if (start is WorkerStart worker) parts.Starter.Launched(worker);
        else parts.ProbeCommands.Launched((ProbeStart)start);
    }
}
