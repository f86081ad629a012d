using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Commands;

/// <summary>
/// Carries out commands of clients in the order of the mailbox, and answers each. A settled worker finds its pending commands by
/// a table, without a search. Only the loop's thread uses it.
/// </summary>
internal sealed class CommandRunner(
    ServiceTable fleet, UpdateRunner updates, SettleTable settles, CommandEnds ends, ILogger log)
{
    private readonly HashSet<PendingCommand> _pending = [];
    private readonly Dictionary<WorkerSlot, HashSet<PendingCommand>> _bySlot = [];

    public void Handle(FleetMessage.Command command)
    {
        var slots = fleet.Find(command.Names, out var unknown);
        if (unknown.Count > 0)
        {
            command.Done.TrySetResult(new CommandResult([], TimedOut: false, unknown));
            return;
        }

        log.Commanded(command.What.Word, string.Join(' ', command.Names), Argument(command.What), command.By);
        Answer(command, Do(command, slots));
    }

    /// <summary>Handles a worker that has settled.</summary>
    public void Settled(WorkerSlot slot)
    {
        // The same step may have unsettled the worker again.
        if (settles.IsUnsettled(slot) || !_bySlot.Remove(slot, out var pending)) return;
        foreach (var command in pending)
        {
            command.Settled();
            if (command.Answer.IsCompleted) _pending.Remove(command);
        }
    }

    /// <summary>Answers a command whose client waits no longer.</summary>
    public void Expire(Task answer)
    {
        if (_pending.FirstOrDefault(command => command.Answer == answer) is not { } expired) return;
        _pending.Remove(expired);
        foreach (var slot in expired.Slots) Leave(slot, expired);
        expired.Expire();
    }

    /// <summary>Cancels all pending commands.</summary>
    public void Cancel()
    {
        foreach (var command in _pending) command.Cancel();
        _pending.Clear();
        _bySlot.Clear();
    }

    /// <summary>Answers that all pending commands go on in another program.</summary>
    public void HandOver()
    {
        foreach (var command in _pending) command.HandOver();
        _pending.Clear();
    }

    /// <returns>Also the function that makes the result of each worker.</returns>
    private (IReadOnlyList<WorkerSlot> Slots, Func<WorkerSlot, CommandEnd> End) Do(
        FleetMessage.Command command, List<WorkerSlot> slots)
    {
        switch (command.What)
        {
            case FleetCommand.Start:
                fleet.Start(slots);
                return (slots, ends.Running);
            case FleetCommand.Restart:
                fleet.Restart(slots);
                return (slots, ends.Running);
            case FleetCommand.Stop:
                fleet.Stop(slots);
                return (slots, ends.Stopped);
            case FleetCommand.Scale scale:
                return Scaled(fleet.Scale(command.Names[0].Text, scale.Workers));
            case FleetCommand.Rollback:
                return (slots, Without(fleet.Rollback(slots), new CommandObstacle.NothingToRollBack(), End(command)));
            case FleetCommand.Pause:
                return (slots, Without(fleet.Pause(slots), WhyNotPaused, ends.Taken));
            case FleetCommand.Resume:
                return (slots, Without(fleet.Resume(slots), new CommandObstacle.NothingPaused(), End(command)));
            case FleetCommand.Reset:
                fleet.Reset(slots);
                return (slots, ends.Taken);
            case FleetCommand.Reload:
                return (slots, Sent(slots, slot => slot.Spec.ReloadSignal));
            case FleetCommand.Send send:
                return (slots, Sent(slots, _ => send.Signal));
            default:
                throw new InvalidOperationException($"no such command: {command.What}");
        }
    }

    /// <summary>Scaling a stopped service changes its number of workers but starts none. Their result says so.</summary>
    private (IReadOnlyList<WorkerSlot> Slots, Func<WorkerSlot, CommandEnd> End) Scaled(IReadOnlyList<WorkerSlot> slots)
    {
        var stopped = slots.Where(slot => !slot.Leaving && !slot.Service.Overrides.Wants(slot.Name.Index)).ToHashSet();
        return (slots, slot => stopped.Contains(slot) && slot is { Leaving: false, Slot.State: SlotState.Stopped }
            ? ends.Untouched(slot, new CommandObstacle.ServiceStopped())
            : ends.Running(slot));
    }

    /// <param name="left">Services that the command did not apply to.</param>
    private Func<WorkerSlot, CommandEnd> Without(
        HashSet<Service> left, CommandObstacle why, Func<WorkerSlot, CommandEnd> end) => Without(left, _ => why, end);

    private Func<WorkerSlot, CommandEnd> Without(
        HashSet<Service> left, Func<WorkerSlot, CommandObstacle> why, Func<WorkerSlot, CommandEnd> end) =>
        slot => left.Contains(slot.Service) ? ends.Untouched(slot, why(slot)) : end(slot);

    private CommandObstacle WhyNotPaused(WorkerSlot slot) =>
        fleet.IsPaused(slot.Service) ? new CommandObstacle.AlreadyPaused() : new CommandObstacle.NoUpdate();

    private Func<WorkerSlot, CommandEnd> End(FleetMessage.Command command) =>
        command.Wait ? ends.Running : ends.Taken;

    /// <summary>Sends signals. A failure appears in the result of its worker.</summary>
    private Func<WorkerSlot, CommandEnd> Sent(List<WorkerSlot> slots, Func<WorkerSlot, Signal> signal)
    {
        var failed = new Dictionary<WorkerSlot, CommandObstacle>();
        foreach (var slot in slots)
        {
            if (slot.Process is not { } process)
            {
                failed.Add(slot, new CommandObstacle.NoProcess());
                continue;
            }

            var errno = process.Handle.SendSignal(signal(slot));
            log.Signalled(slot.Name, process.Handle.Pid, signal(slot), errno);
            if (errno != Errno.None) failed.Add(slot, new CommandObstacle.SignalFailed(signal(slot), errno));
        }

        return slot => failed.TryGetValue(slot, out var why) ? ends.Untouched(slot, why) : ends.Taken(slot);
    }

    /// <summary>Answers when all these workers have settled, or at once if the client does not wait.</summary>
    public void Answer(FleetMessage.Command command, (IReadOnlyList<WorkerSlot> Slots, Func<WorkerSlot, CommandEnd> End) done)
    {
        // The result of a signal is known already. These commands need no wait for settled workers.
        var isWaited = command.Wait || command.What is FleetCommand.Reload or FleetCommand.Send
            or FleetCommand.Rollback or FleetCommand.Pause or FleetCommand.Resume;
        var pending = new PendingCommand(done.Slots, isWaited ? done.End : ends.Taken, updates.CutOf, command.Done);
        if (command.Wait) Begin(pending);
        else pending.Finish();
        if (!pending.Answer.IsCompleted) _pending.Add(pending);
    }

    private void Begin(PendingCommand pending)
    {
        WorkerSlot[] unsettled = [.. pending.Slots.Where(settles.IsUnsettled)];
        foreach (var slot in unsettled)
        {
            if (!_bySlot.TryGetValue(slot, out var commands)) _bySlot.Add(slot, commands = []);
            commands.Add(pending);
        }

        pending.Begin(unsettled.Length);
    }

    private void Leave(WorkerSlot slot, PendingCommand expired)
    {
        if (_bySlot.TryGetValue(slot, out var pending) && pending.Remove(expired) && pending.Count == 0) _bySlot.Remove(slot);
    }

    private static string Argument(FleetCommand command) => command switch
    {
        FleetCommand.Scale scale => $" to {scale.Workers}",
        FleetCommand.Send send => $" {send.Signal}",
        _ => "",
    };
}
