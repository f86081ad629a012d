using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Brings a start from the queue to the launcher's threads. Before that the start waits for its turn, its account, its files, and
/// for room. Only the loop's thread uses it.
/// </summary>
internal sealed class Starter(
    WorkerTable processes,
    FileTable files,
    Accounts accounts,
    StartQueue<QueuedStart> queue,
    StartLines lines,
    Starts starts,
    Room room,
    SlotRunner runner,
    FleetEvents events,
    ILogger log,
    Func<TimeSpan> clock) : IDeadlineOwner, IProcessFollower
{
    private TimeSpan _pausedUntil;

    public bool HasNext => queue.HasNext && clock() >= _pausedUntil;

    /// <summary>Begins no start until this time.</summary>
    public void Pause(TimeSpan until) => _pausedUntil = until;

    /// <summary>The number of processes of a service that have begun to start and are neither ready nor gone.</summary>
    public int InProgress(Service service) => lines.Of(service).InProgress;

    /// <summary>True while no worker of the service may start.</summary>
    public bool IsHeld(Service service) => lines.Of(service).IsHeld;

    /// <summary>Holds back or releases all starts of a service.</summary>
    public void Hold(Service service, bool hold) => queue.Hold(lines.Of(service), hold);

    /// <summary>Blocks or unblocks all starts of a service. Blocks nest: each block needs one unblock.</summary>
    public void Block(Service service, bool block) => queue.Block(lines.Of(service), block);

    public void Enqueue(WorkerSlot slot, int generation)
    {
        var queued = new QueuedStart(slot, generation, DescriptorBudget.For(slot.Spec.Process));
        room.Reserve(slot, queued.Descriptors);
        queue.Add(lines.Of(slot.Service), queued);
    }

    /// <summary>Begins the next start. The result arrives in <see cref="Launched"/>.</summary>
    public void BeginNext()
    {
        var queued = queue.Take();
        var (slot, generation) = (queued.Slot, queued.Generation);
        if (!queued.IsWanted)
        {
            room.Release(queued.Descriptors);
            return;
        }

        // A disk or a directory service may hang, so another thread asks. The start returns to the queue when the answer is
        // there.
        Action retry = () => queue.Return(lines.Of(slot.Service), queued);
        if (!accounts.Prepare(slot.Spec.Process, retry) || !files.Prepare(slot.Spec.Process, retry)) return;

        room.Release(queued.Descriptors);
        if (room.LimitFor(slot.Spec.Process) is { } limit)
        {
            WaitForRoom(slot, generation, limit);
            return;
        }

        if (processes.TryPrepare(slot, generation, out var start, out var error))
        {
            slot.Begin(start);
            runner.Apply(slot, new SlotEvent.Launched(generation));
            starts.Begin(start);
            return;
        }

        log.SpawnFailed(slot.Name, error);
        runner.Apply(slot, new SlotEvent.SpawnFailed(generation, error));
    }

    /// <summary>Handles a finished start, with or without a process.</summary>
    public void Launched(WorkerStart start)
    {
        var slot = start.Slot;
        slot.EndStart();
        if (processes.TryAdd(start, clock(), out var process, out var error))
        {
            room.StartSucceeded(slot.Service);
            runner.Apply(slot, new SlotEvent.Spawned(start.Generation));
            events.Add(new FleetEvent.ProcessStarted(process));
            return;
        }

        if ((start.Limit ?? StartLimits.MetBy(error)) is { } limit)
        {
            room.LimitMet(limit, clock());
            WaitForRoom(slot, start.Generation, limit);
            return;
        }

        if (start.LateError is null) log.SpawnFailed(slot.Name, error);
        runner.Apply(slot, new SlotEvent.SpawnFailed(start.Generation, error));
    }

    /// <summary>Stops waiting for a start that cannot be cancelled.</summary>
    public void GiveUp(WorkerStart start)
    {
        start.Slot.EndStart();
        processes.Drop(start);
        runner.Apply(start.Slot, new SlotEvent.SpawnFailed(start.Generation, start.LateError));
    }

    public TimeSpan? NextWait(TimeSpan now) => queue.HasNext ? Waits.Until(_pausedUntil, now) : room.NextWait(now);

    /// <summary>Starts slots for which there may be room now.</summary>
    public void HandleDue(TimeSpan now)
    {
        if (queue.HasNext) return;
        foreach (var slot in room.TakeNext(now)) runner.Apply(slot, new SlotEvent.RoomMade());
    }

    void IProcessFollower.Ended(WorkerProcess process) => room.ProcessEnded(process.Slot, clock());

    private void WaitForRoom(WorkerSlot slot, int generation, string limit)
    {
        runner.Apply(slot, new SlotEvent.NoRoom(generation, limit));
        if (slot.Slot.State is SlotState.Waiting) room.Enqueue(slot, limit);
    }
}
