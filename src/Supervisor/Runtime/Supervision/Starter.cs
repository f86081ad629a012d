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
/// The way of a start: it waits for its turn, for its user and files, and for room; then threads of the launcher carry it out. Only
/// the loop's thread uses it.
/// </summary>
internal sealed class Starter(
    WorkerTable processes,
    FileTable files,
    Accounts accounts,
    StartQueue<QueuedStart> queue,
    Starts starts,
    Room room,
    SlotRunner runner,
    FleetEvents events,
    ILogger log,
    Func<TimeSpan> clock) : IDeadlineOwner, IProcessFollower
{
    /// <summary>Whether a start has its turn.</summary>
    public bool HasNext => queue.HasNext;

    /// <summary>Nothing of the service starts until it is released.</summary>
    public void Hold(Service service, bool hold) => queue.Hold(service.Starts, hold);

    /// <summary>Nothing of the service starts while there are more calls that block than calls that take it back.</summary>
    public void Block(Service service, bool block) => queue.Block(service.Starts, block);

    public void Enqueue(WorkerSlot slot, int generation)
    {
        var queued = new QueuedStart(slot, generation, DescriptorBudget.For(slot.Spec.Process));
        room.Reserve(queued.Descriptors);
        queue.Add(slot.Service.Starts, queued);
    }

    /// <summary>Begins the next start. <see cref="Launched"/> tells what came of it.</summary>
    public void BeginNext()
    {
        var queued = queue.Take();
        var (slot, generation) = (queued.Slot, queued.Generation);
        if (!queued.IsWanted)
        {
            room.Release(queued.Descriptors);
            return;
        }

        // A disk or a directory of users may hang. Another thread asks them; the start has its turn again when they have answered.
        Action again = () => queue.Return(slot.Service.Starts, queued);
        if (!accounts.Prepare(slot.Spec.Process, again) || !files.Prepare(slot.Spec.Process, again)) return;

        room.Release(queued.Descriptors);
        if (room.LimitFor(slot.Spec.Process) is { } limit)
        {
            Wait(slot, generation, limit);
            return;
        }

        if (processes.TryPrepare(slot, generation, out var start, out var error))
        {
            slot.Pending = start;
            runner.Happen(slot, new SlotEvent.Launched(generation));
            starts.Begin(start);
            return;
        }

        log.SpawnFailed(slot.Name, error);
        runner.Happen(slot, new SlotEvent.SpawnFailed(generation, error.ToString()));
    }

    /// <summary>A start has ended, with a process or without one.</summary>
    public void Launched(WorkerStart start)
    {
        var slot = start.Slot;
        slot.Pending = null;
        if (processes.TryAdd(start, clock(), out var process, out var error))
        {
            room.Found(slot.Service);
            runner.Happen(slot, new SlotEvent.Spawned(start.Generation));
            events.Add(new FleetEvent.ProcessStarted(process));
            return;
        }

        if ((start.Limit ?? StartLimits.MetBy(error)) is { } limit)
        {
            room.Meet(limit, clock());
            Wait(slot, start.Generation, limit);
            return;
        }

        if (start.LateError is null) log.SpawnFailed(slot.Name, error);
        runner.Happen(slot, new SlotEvent.SpawnFailed(start.Generation, error.ToString()));
    }

    /// <summary>A start that cannot be ended is not waited for any more.</summary>
    public void GiveUp(WorkerStart start)
    {
        start.Slot.Pending = null;
        processes.Drop(start);
        runner.Happen(start.Slot, new SlotEvent.SpawnFailed(start.Generation, start.LateError?.ToString() ?? ""));
    }

    public TimeSpan? NextWait(TimeSpan now) => queue.HasNext ? TimeSpan.Zero : room.NextWait(now);

    /// <summary>Slots for which there may be room now are started.</summary>
    public void Pass(TimeSpan now)
    {
        if (queue.HasNext) return;
        foreach (var slot in room.Pass(now)) runner.Happen(slot, new SlotEvent.RoomMade());
    }

    void IProcessFollower.Ended(WorkerProcess process) => room.Freed(clock());

    private void Wait(WorkerSlot slot, int generation, string limit)
    {
        runner.Happen(slot, new SlotEvent.NoRoom(generation, limit));
        if (slot.Slot.State is SlotState.Waiting) room.Wait(slot, limit);
    }
}
