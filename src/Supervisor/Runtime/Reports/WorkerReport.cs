using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Readiness;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Reports;

/// <summary>The facts of one worker, as values that may leave the loop.</summary>
internal static class WorkerReport
{
    public static WorkerSnapshot Of(WorkerSlot slot)
    {
        var newest = Newest(slot);
        var own = new WorkerSnapshot(
            slot.Name,
            slot.Slot.State.Kind,
            slot.Process?.Handle.Pid,
            slot.Slot.Generation,
            slot.Slot.Restarts,
            slot.Process?.Started,
            slot.Slot.LastExit,
            (slot.Slot.State as SlotState.Backoff)?.Until,
            []);
        var worker = ProcessFacts.Add(own, slot.Slot.State, slot.Policy, newest) with
        {
            Activity = Activity(slot),
            Attempt = AttemptOf(slot),
            Draining = Draining(slot)?.Process?.Connections,
            IsUnread = slot.Process is null && newest is { IsSpeaking: true },
            IsUpdating = slot.Updating,
            KernelPorts = newest?.KernelPorts ?? [],
            LastWords = LastWordsOf(slot),
            NotReplaced = slot.UpdateFailure?.Reason,
            ReadySince = (slot.Slot.State as SlotState.Ready)?.Since,
            Unheard = newest is { Silence: not null } ? Unheard.NoLibrary : OutcomeChannel.Of(slot.Spec.Process),
        };
        return IsHeld(slot) ? worker with { Reason = new StateReason.WaitsForServices(slot.Service.Spec.DependsOn) } : worker;
    }

    /// <summary>
    /// Last words of the process that failed: the newest one; of a worker that starts again, the one before; of a worker that
    /// serves, its failed replacement. Null where no process failed.
    /// </summary>
    private static LastWords? LastWordsOf(WorkerSlot slot) => slot switch
    {
        { Slot.State: SlotState.Backoff or SlotState.Failed } => Newest(slot)?.LastWords,
        { Slot: { State: SlotState.Starting, Streak: > 0 } } => LastTry(slot)?.LastWords,
        { Slot.State: SlotState.Starting or SlotState.Stopped } => null,
        _ => slot.UpdateFailure?.FailedReplacement?.Process?.LastWords,
    };

    private static Attempt? AttemptOf(WorkerSlot slot) => slot switch
    {
        { UpdateFailure.FailedReplacement: { } failed } => new(AttemptKind.FailedReplacement, failed.Facts, failed.Remedy),
        { Replacement: { Slot.State: SlotState.Starting starting, Process: { } process } replacement } => new(
            AttemptKind.Replacement, ProcessFacts.Of(slot.Name, starting, replacement.Policy, process, process.Handle.Pid)),
        { Slot: { State: SlotState.Starting, Streak: > 0 } } when LastTry(slot) is { FailedBind: not null } tried => new(
            AttemptKind.LastTry, ProcessFacts.Of(slot.Name, slot.Slot.State, slot.Policy, tried, pid: null)),
        _ => null,
    };

    /// <summary>The process before the newest one, until the newest one calls bind.</summary>
    private static WorkerProcess? LastTry(WorkerSlot slot) =>
        Newest(slot) is { } newest ? newest.Binds.Count == 0 ? slot.LastTry : null : slot.Last;

    private static WorkerActivity? Activity(WorkerSlot slot)
    {
        if (slot.Process is { IsStuck: true }) return new WorkerActivity.Stuck();
        if (slot is { Slot.State: SlotState.Draining, Process.Connections: { } own }) return new WorkerActivity.Drains(own);
        if (slot.Replacement is not { Process: { } other, Slot.State: var state }) return null;
        var connections = state is SlotState.Draining ? other.Connections : null;
        return new WorkerActivity.SecondProcess(other.Handle.Pid, state.Kind, connections);
    }

    private static WorkerSlot? Draining(WorkerSlot slot) => slot.Slot.State is SlotState.Draining ? slot
        : slot.Replacement is { Slot.State: SlotState.Draining } former ? former
        : null;

    private static bool IsHeld(WorkerSlot slot) =>
        slot is { Slot.State: SlotState.Starting { Phase: StartPhase.Queued }, Service.Starts.IsHeld: true };

    /// <summary>The process of the present generation, which may have ended; null where the generation has none.</summary>
    private static WorkerProcess? Newest(WorkerSlot slot) =>
        slot.Last is { } last && last.Generation == slot.Slot.Generation ? last : null;
}
