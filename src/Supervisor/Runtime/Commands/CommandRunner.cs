using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Services;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Commands;

/// <summary>
/// Does what people ask of workers, in the order of the mailbox, and tells each of them what came of it. Nobody looks for workers
/// that have settled: each knows who waits for it. Only the loop's thread uses it.
/// </summary>
internal sealed class CommandRunner(ServiceTable fleet, ILogger log)
{
    private readonly HashSet<Waiting> _waiting = [];
    private readonly Dictionary<WorkerSlot, HashSet<Waiting>> _bySlot = [];

    public void Take(FleetMessage.Command command)
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

    /// <summary>A worker has settled.</summary>
    public void Settled(WorkerSlot slot)
    {
        // The same step may have sent it on its way again.
        if (slot.Unsettled || !_bySlot.Remove(slot, out var waiting)) return;
        foreach (var one in waiting)
        {
            one.Settled();
            if (one.Answer.IsCompleted) _waiting.Remove(one);
        }
    }

    /// <summary>Who asked waits no longer.</summary>
    public void Expire(Task answer)
    {
        if (_waiting.FirstOrDefault(one => one.Answer == answer) is not { } expired) return;
        _waiting.Remove(expired);
        foreach (var slot in expired.Slots) Leave(slot, expired);
        expired.Expire();
    }

    /// <summary>Nothing more comes of any.</summary>
    public void Cancel()
    {
        foreach (var one in _waiting) one.Cancel();
        _waiting.Clear();
        _bySlot.Clear();
    }

    /// <returns>What is to be said of each worker in the end.</returns>
    private (IReadOnlyList<WorkerSlot> Slots, Func<WorkerSlot, CommandEnd> End) Do(FleetMessage.Command command, List<WorkerSlot> slots)
    {
        switch (command.What)
        {
            case FleetCommand.Start:
                fleet.Start(slots);
                return (slots, CommandEnds.Running);
            case FleetCommand.Restart:
                fleet.Restart(slots);
                return (slots, CommandEnds.Running);
            case FleetCommand.Stop:
                fleet.Stop(slots);
                return (slots, CommandEnds.Stopped);
            case FleetCommand.Scale scale:
                return Scaled(fleet.Scale(command.Names[0].Text, scale.Workers));
            case FleetCommand.Rollback:
                return (slots, Without(fleet.Rollback(slots), new CommandObstacle.NothingToRollBack(), End(command)));
            case FleetCommand.Pause:
                return (slots, Without(fleet.Pause(slots), NotPaused, CommandEnds.Taken));
            case FleetCommand.Resume:
                return (slots, Without(fleet.Resume(slots), new CommandObstacle.NothingPaused(), End(command)));
            case FleetCommand.Reset:
                fleet.Reset(slots);
                return (slots, CommandEnds.Taken);
            case FleetCommand.Reload:
                return (slots, Sent(slots, slot => slot.Spec.ReloadSignal));
            case FleetCommand.Send send:
                return (slots, Sent(slots, _ => send.Signal));
            default:
                throw new InvalidOperationException($"no such command: {command.What}");
        }
    }

    /// <summary>
    /// Workers of a service that is stopped are no more and no fewer than were asked for, and run only when somebody starts them.
    /// </summary>
    private static (IReadOnlyList<WorkerSlot> Slots, Func<WorkerSlot, CommandEnd> End) Scaled(IReadOnlyList<WorkerSlot> slots)
    {
        var stopped = slots.Where(slot => !slot.Leaving && !slot.Service.Overrides.Wants(slot.Name.Index)).ToHashSet();
        return (slots, slot => stopped.Contains(slot) && slot is { Leaving: false, Slot.State: SlotState.Stopped }
            ? CommandEnds.Untouched(slot, new CommandObstacle.ServiceStopped())
            : CommandEnds.Running(slot));
    }

    /// <param name="left">Services of which nothing could be done.</param>
    private static Func<WorkerSlot, CommandEnd> Without(HashSet<Service> left, CommandObstacle why, Func<WorkerSlot, CommandEnd> end) =>
        Without(left, _ => why, end);

    private static Func<WorkerSlot, CommandEnd> Without(
        HashSet<Service> left, Func<WorkerSlot, CommandObstacle> why, Func<WorkerSlot, CommandEnd> end) =>
        slot => left.Contains(slot.Service) ? CommandEnds.Untouched(slot, why(slot)) : end(slot);

    private CommandObstacle NotPaused(WorkerSlot slot) =>
        fleet.IsPaused(slot.Service) ? new CommandObstacle.AlreadyPaused() : new CommandObstacle.NotBeingReplaced();

    private static Func<WorkerSlot, CommandEnd> End(FleetMessage.Command command) => command.Wait ? CommandEnds.Running : CommandEnds.Taken;

    /// <summary>Sends the signals; what came of each is said with the rest.</summary>
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

        return slot => failed.TryGetValue(slot, out var why) ? CommandEnds.Untouched(slot, why) : CommandEnds.Taken(slot);
    }

    private void Answer(FleetMessage.Command command, (IReadOnlyList<WorkerSlot> Slots, Func<WorkerSlot, CommandEnd> End) done)
    {
        // Signals are sent by now; whether they were is all that there is to say of them.
        var isWaited = command.Wait || command.What is FleetCommand.Reload or FleetCommand.Send
            or FleetCommand.Rollback or FleetCommand.Pause or FleetCommand.Resume;
        var waiting = new Waiting(done.Slots, isWaited ? done.End : CommandEnds.Taken, command.Done);
        if (command.Wait) Begin(waiting);
        else waiting.Finish();
        if (!waiting.Answer.IsCompleted) _waiting.Add(waiting);
    }

    private void Begin(Waiting waiting)
    {
        WorkerSlot[] unsettled = [.. waiting.Slots.Where(slot => slot.Unsettled)];
        foreach (var slot in unsettled)
        {
            if (!_bySlot.TryGetValue(slot, out var waits)) _bySlot.Add(slot, waits = []);
            waits.Add(waiting);
        }

        waiting.Begin(unsettled.Length);
    }

    private void Leave(WorkerSlot slot, Waiting expired)
    {
        if (_bySlot.TryGetValue(slot, out var waiting) && waiting.Remove(expired) && waiting.Count == 0) _bySlot.Remove(slot);
    }

    private static string Argument(FleetCommand command) => command switch
    {
        FleetCommand.Scale scale => $" to {scale.Workers}",
        FleetCommand.Send send => $" {send.Signal}",
        _ => "",
    };
}
