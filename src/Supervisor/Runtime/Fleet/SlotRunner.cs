using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Trees;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// Runs the slots: steps the machine with what happened, does what it asks for, and logs what came of it. It keeps the
/// counts of states as it goes, so that nobody has to count.
/// </summary>
/// <param name="queue">Starts that the machine has asked for, and that have their turn to come.</param>
/// <param name="starts">Those that are under way.</param>
/// <param name="room">Whether a limit has room for one more.</param>
internal sealed class SlotRunner(
    WorkerTable processes,
    FileTable files,
    ITreeReaper trees,
    Accounts accounts,
    StartQueue<QueuedStart> queue,
    Starts starts,
    Room room,
    ILogger log,
    IFailureListener failures,
    Func<TimeSpan> clock,
    Func<double> roll)
{
    private readonly Queue<WorkerProcess> _ready = new();
    private readonly Queue<Service> _settled = new();
    private readonly int[] _states = new int[Enum.GetValues<WorkerState>().Length];
    private int _workers;
    private int _unsettled;

    public DeadlineQueue<(WorkerSlot Slot, TimeSpan Due)> Deadlines { get; } = new();

    public bool HasSpawns => queue.HasNext;

    /// <summary>Whether there is something for <see cref="TryTakeReady"/> or <see cref="TryTakeSettled"/>.</summary>
    public bool HasNews => _ready.Count > 0 || _settled.Count > 0;

    /// <summary>Told of a worker that has settled, where somebody waits for it.</summary>
    public Action<WorkerSlot>? Settled { get; set; }

    /// <summary>Something has happened to a worker or its replacement.</summary>
    public Action<WorkerSlot>? Moved { get; set; }

    /// <summary>Told the connections that the end of a worker's process will cut.</summary>
    public Action<WorkerSlot, int>? Cut { get; set; }

    /// <summary>A process is to get nothing new; <see cref="SlotEvent.Drained"/> is owed.</summary>
    public Action<WorkerProcess>? Drain { get; set; }

    /// <summary>A process has had its time to drain; the same is owed, as soon as it may end.</summary>
    public Action<WorkerProcess>? Release { get; set; }

    /// <summary>Which ports a process serves is to be found out; <see cref="SlotEvent.Checked"/> is owed.</summary>
    public Action<WorkerProcess>? Check { get; set; }

    public FleetCounts Counts => new(
        _workers, Count(WorkerState.Ready), Count(WorkerState.Starting), Count(WorkerState.Stopping), Count(WorkerState.Backoff),
        Count(WorkerState.Failed), _unsettled)
    {
        Waiting = Count(WorkerState.Waiting),
    };

    public void Enter(WorkerSlot slot)
    {
        if (!slot.IsReplacement) _workers++;
        Tally(slot, slot.Slot.State, 1);
    }

    public void Leave(WorkerSlot slot)
    {
        if (!slot.IsReplacement) _workers--;
        processes.Leave(slot);
        Tally(slot, slot.Slot.State, -1);
        Settle(slot);
    }

    /// <summary>From here on the slot counts as unsettled, until it is ready, has failed at it, or has stopped.</summary>
    public void Expect(WorkerSlot slot)
    {
        if (slot.Unsettled) return;
        slot.Unsettled = true;
        slot.Service.Unsettled++;
        _unsettled++;
    }

    public void Happen(WorkerSlot slot, SlotEvent happened)
    {
        var before = slot.Slot;
        var (after, actions) = SlotMachine.Step(before, happened, slot.Policy, clock(), roll());
        slot.Slot = after;
        Tally(slot, before.State, -1);
        Tally(slot, after.State, 1);
        if (after.State.Deadline is { } due && due != before.State.Deadline) Deadlines.Add((slot, due), due);
        Say(slot, before.State, happened);
        if (after.State is not (SlotState.Starting or SlotState.Stopping or SlotState.Draining)) Settle(slot);
        var isNews = before.State is not SlotState.Ready || happened is SlotEvent.PolicyChanged;
        if (after.State is SlotState.Ready && isNews && slot.Process is { } process) _ready.Enqueue(process);
        foreach (var action in actions) Do(slot, action);
        Moved?.Invoke(slot);
    }

    /// <summary>
    /// The new process, which is ready in the replacement, becomes the worker's, and the old one the replacement's: what others
    /// know of the worker by holds on.
    /// </summary>
    public void Exchange(WorkerSlot slot)
    {
        var replacement = slot.Replacement!;
        Tally(slot, slot.Slot.State, -1);
        Tally(replacement, replacement.Slot.State, -1);
        var (older, newer) = (slot.Slot, replacement.Slot);
        // Trees are told of to the slot that their process was in when it ended.
        slot.Slot = newer with
        {
            Restarts = older.Restarts, LastExit = older.LastExit, TreesEnding = older.TreesEnding, LastGiven = slot.LastGiven,
        };
        replacement.Slot = older with { TreesEnding = newer.TreesEnding };
        (slot.Process, replacement.Process) = (replacement.Process, slot.Process);
        (slot.Last, replacement.Last) = (replacement.Last, slot.Last);
        (slot.Pending, replacement.Pending) = (replacement.Pending, slot.Pending);
        foreach (var one in (ReadOnlySpan<WorkerSlot>)[slot, replacement])
        {
            Tally(one, one.Slot.State, 1);
            if (one.Last is { } last) last.Slot = one;
            if (one.Process is { } process) process.Slot = one;
            if (one.Pending is { } pending) pending.Slot = one;
            if (one.Slot.State.Deadline is { } due) Deadlines.Add((one, due), due);
        }

        // It waits for its turn under the replacement's name.
        if (newer.State is SlotState.Starting { Phase: StartPhase.Queued }) Enqueue(slot, newer.Generation);
    }

    /// <summary>Passes on the deadlines that have come. One that the slot has left behind means nothing.</summary>
    public void PassDeadlines(TimeSpan now)
    {
        while (Deadlines.TryTake(now, out var entry, out _))
            if (entry.Slot.Slot.State.Deadline == entry.Due)
                Happen(entry.Slot, new SlotEvent.DeadlinePassed { ProbeFailure = entry.Slot.Process?.ProbeFailure });
    }

    /// <summary>A process that has become ready, or is so under a new policy.</summary>
    public bool TryTakeReady([NotNullWhen(true)] out WorkerProcess? process) => _ready.TryDequeue(out process);

    /// <summary>A service none of whose workers is on its way to anything any more.</summary>
    public bool TryTakeSettled([NotNullWhen(true)] out Service? service) => _settled.TryDequeue(out service);

    /// <summary>Nothing of the service starts until it is released.</summary>
    public void Hold(Service service, bool hold) => queue.Hold(service.Starts, hold);

    /// <summary>Nothing of the service starts while there are more calls that block than such that take it back.</summary>
    public void Block(Service service, bool block) => queue.Block(service.Starts, block);

    /// <summary>Begins the next of the starts; <see cref="Launched"/> tells what came of it.</summary>
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
            Happen(slot, new SlotEvent.Launched(generation));
            starts.Begin(start);
            return;
        }

        log.SpawnFailed(slot.Name, error);
        Happen(slot, new SlotEvent.SpawnFailed(generation, error.ToString()));
    }

    private void Enqueue(WorkerSlot slot, int generation)
    {
        var queued = new QueuedStart(slot, generation, DescriptorBudget.For(slot.Spec.Process));
        room.Reserve(queued.Descriptors);
        queue.Add(slot.Service.Starts, queued);
    }

    /// <summary>Takes what came of a start.</summary>
    /// <returns>The process, or null where none was made.</returns>
    public WorkerProcess? Launched(WorkerStart start)
    {
        var slot = start.Slot;
        slot.Pending = null;
        if (processes.TryAdd(start, clock(), out var process, out var error))
        {
            room.Found(slot.Service);
            Happen(slot, new SlotEvent.Spawned(start.Generation));
            return process;
        }

        if ((start.Limit ?? StartLimits.MetBy(error)) is { } limit)
        {
            room.Meet(limit, clock());
            Wait(slot, start.Generation, limit);
            return null;
        }

        if (start.LateError is null) log.SpawnFailed(slot.Name, error);
        Happen(slot, new SlotEvent.SpawnFailed(start.Generation, error.ToString()));
        return null;
    }

    /// <summary>Starts of slots for which there may be room now have their turn.</summary>
    public void PassRoom(TimeSpan now)
    {
        if (queue.HasNext) return;
        foreach (var slot in room.Pass(now)) Happen(slot, new SlotEvent.RoomMade());
    }

    private void Wait(WorkerSlot slot, int generation, string limit)
    {
        Happen(slot, new SlotEvent.NoRoom(generation, limit));
        if (slot.Slot.State is SlotState.Waiting) room.Wait(slot, limit);
    }

    /// <summary>A start that cannot be ended is not waited for any more.</summary>
    public void GiveUp(WorkerStart start)
    {
        start.Slot.Pending = null;
        processes.Drop(start);
        Happen(start.Slot, new SlotEvent.SpawnFailed(start.Generation, start.LateError?.ToString() ?? ""));
    }

    /// <summary>Reaps a process that has ended and passes that on.</summary>
    public void Reap(WorkerProcess process)
    {
        if (processes.Reap(process) is not { } status) return;
        room.Freed(clock());
        process.HasGone = status.Success && process.Slot.Slot.State is not SlotState.Stopping;
        var oomKills = trees.OomKills(process);
        log.Exited(
            process.Slot.Name, process.Handle.Pid, status, clock() - process.Started, asked: process.Slot.Slot.State is SlotState.Stopping, oomKills);
        if (process.Slot.RenewsAtEnd) process.Slot.Renewed();
        Happen(process.Slot, new SlotEvent.Exited(process.Generation, status with { OutOfMemory = oomKills > 0 }));
    }

    private void Do(WorkerSlot slot, SlotAction action)
    {
        switch (action)
        {
            case SlotAction.Spawn spawn:
                Enqueue(slot, spawn.Generation);
                break;
            case SlotAction.Drain when slot.Process is { } draining:
                Drain?.Invoke(draining);
                break;
            case SlotAction.Release when slot.Process is { } over:
                Release?.Invoke(over);
                break;
            case SlotAction.Check when slot.Process is { } serving:
                Check?.Invoke(serving);
                break;
            case SlotAction.Send send:
                slot.Process?.Handle.SendSignal(send.Signal);
                // One that is suspended (SIGSTOP) would take no notice of it.
                slot.Process?.Handle.SendSignal(Signal.Continue);
                break;
            case SlotAction.KillTree when slot.Pending is { } pending:
                pending.Control.Stop();
                break;
            case SlotAction.KillTree when slot.Process is { } process:
                log.Killed(slot.Name, process.Handle.Pid, slot.Policy.Stop);
                trees.Kill(process);
                break;
            case SlotAction.KillTree when slot.Last is { } last:
                trees.Sweep(last);
                break;
            // It never had a process.
            case SlotAction.KillTree:
                break;
            default:
                throw new InvalidOperationException($"no such slot action: {action}");
        }
    }

    private void Say(WorkerSlot slot, SlotState before, SlotEvent happened)
    {
        if (ReferenceEquals(before, slot.Slot.State)) return;
        switch (slot.Slot.State)
        {
            case SlotState.Ready when slot.Process is { } process:
                log.Ready(slot.Name, process.Handle.Pid, clock() - process.Started);
                break;
            // Whoever replaces the worker says that it came to nothing.
            case SlotState.Backoff or SlotState.Failed when slot.IsReplacement:
                break;
            case SlotState.Draining when before is not SlotState.Draining:
                log.Draining(slot.Name, slot.Process?.Handle.Pid ?? 0, slot.Policy.DrainTimeout);
                break;
            case SlotState.Backoff backoff:
                log.Backoff(slot.Name, backoff.Delay, slot.Slot.Streak);
                failures.Tell(new FailureEvent.WorkerFailed(slot.Name));
                break;
            case SlotState.Failed failed:
                log.Failed(slot.Name, failed.Reason);
                failures.Tell(new FailureEvent.WorkerFailed(slot.Name));
                break;
            case SlotState.Stopping when before is not SlotState.Stopping:
                if (before is SlotState.Draining { IsOver: true } && happened is SlotEvent.Drained or SlotEvent.DeadlinePassed && slot.Process is { Connections: > 0 and var left } cut)
                {
                    log.Drained(slot.Name, cut.Handle.Pid, slot.Policy.DrainTimeout, left);
                    Cut?.Invoke(slot, left);
                }

                if (before is SlotState.Starting starting && happened is SlotEvent.DeadlinePassed)
                {
                    log.ReadinessTimedOut(
                        slot.Name, slot.Process?.Handle.Pid ?? 0, slot.Policy.Readiness.Timeout, Missing(slot, starting), slot.Process?.ProbeFailure);
                    failures.Tell(new FailureEvent.ReadinessTimedOut(slot.Name));
                }

                log.Stopping(slot.Name, slot.Process?.Handle.Pid ?? 0, slot.Policy.Stop.Signal);
                break;
        }
    }

    /// <summary>Null where it was a probe that did not come about.</summary>
    private static string? Missing(WorkerSlot slot, SlotState.Starting starting) => slot.Policy.Readiness switch
    {
        _ when starting.ServesSince is not null => "settle",
        ReadinessSpec.Bind => starting.Coverage.Missing,
        ReadinessSpec.Notify => "READY=1",
        _ => null,
    };

    /// <summary>A worker that was to be replaced has been, or will not be.</summary>
    public void EndUpdate(WorkerSlot slot)
    {
        slot.Updating = false;
        if (slot.Slot.State is not (SlotState.Starting or SlotState.Stopping or SlotState.Draining)) Settle(slot);
    }

    private void Settle(WorkerSlot slot)
    {
        if (!slot.Unsettled || slot.Updating) return;
        slot.Unsettled = false;
        _unsettled--;
        if (--slot.Service.Unsettled == 0) _settled.Enqueue(slot.Service);
        if (slot.Waiting is not null) Settled?.Invoke(slot);
    }

    private int Count(WorkerState state) => _states[(int)state];

    private void Tally(WorkerSlot slot, SlotState state, int by)
    {
        if (!slot.IsReplacement)
        {
            _states[(int)state.Kind] += by;
            if (state is SlotState.Ready) slot.Service.Ready += by;
            if (state is SlotState.Waiting) slot.Service.Waiting += by;
        }

        if (state is not SlotState.Starting { Phase: not StartPhase.Queued }) return;
        if (by > 0) queue.Began(slot.Service.Starts);
        else queue.Ended(slot.Service.Starts);
    }
}
