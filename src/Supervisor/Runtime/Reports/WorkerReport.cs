using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Binds;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Shares;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Reports;

/// <summary>The facts of one worker, as values that may leave the loop.</summary>
internal sealed class WorkerReport(
    Starter starter,
    SettleTable settles,
    SilenceWatch silence,
    ProbeWatch probes,
    ShareTable shares,
    ReplacementSlots replacements,
    UpdateFailures notReplaced)
{
    public WorkerSnapshot Of(WorkerSlot slot)
    {
        var newest = Newest(slot);
        var facts = new SlotFacts
        {
            Generation = slot.Slot.Generation,
            Restarts = slot.Slot.Restarts,
            Started = slot.Process?.Started,
            LastExit = slot.Slot.LastExit,
            NextTry = (slot.Slot.State as SlotState.Backoff)?.Until,
            Reason = IsHeld(slot) ? new StateReason.WaitsForServices(slot.Service.Spec.DependsOn) : null,
            Activity = Activity(slot),
            Second = replacements.Of(slot) is { Process: { } second, Slot.State.Kind: var kind }
                ? new SecondProcess(second.Handle.Pid, kind, ProcessFacts.ForeignOf(second))
                : null,
            Attempt = AttemptOf(slot),
            Draining = Draining(slot)?.Process is { } draining ? shares.ConnectionsOf(draining) : null,
            IsUnread = slot.Process is null && IsUnread(newest),
            IsUpdating = settles.IsUpdating(slot),
            KernelPorts = newest?.Served.KernelPorts ?? [],
            Sockets = newest is { Served.Sockets: { Count: > 0 } sockets } ? [.. sockets.Select(socket => socket.Inode)] : [],
            LastWords = LastWordsOf(slot),
            NotReplaced = notReplaced.Of(slot)?.Reason,
            ReadySince = (slot.Slot.State as SlotState.Ready)?.Since,
            OutcomesMissing = MissingOutcomes(slot, newest),
        };
        return ProcessFacts.Of(
            slot.Name, slot.Slot.State, slot.Policy, newest, slot.Process?.Handle.Pid, IsAsked(newest), facts);
    }

    /// <summary>
    /// The last lines of the failed process: normally the newest process. For a worker that starts again, the process before. For
    /// a worker that serves, the failed replacement. Null if no process failed.
    /// </summary>
    private LastWords? LastWordsOf(WorkerSlot slot) => slot switch
    {
        { Slot.State: SlotState.Backoff or SlotState.Failed } =>
            slot.Last is null ? slot.EndedWords : Newest(slot)?.LastWords,
        { Slot: { State: SlotState.Starting, Streak: > 0 } } =>
            LastTry(slot)?.LastWords ?? (Newest(slot) is { Binds.Count: > 0 } ? null : slot.EndedWords),
        { Slot.State: SlotState.Starting or SlotState.Stopped } => null,
        _ => notReplaced.Of(slot)?.FailedReplacement?.Process?.LastWords,
    };

    private Attempt? AttemptOf(WorkerSlot slot)
    {
        if (notReplaced.Of(slot)?.FailedReplacement is { } failed)
        {
            var facts = failed.Facts with { IsUnread = IsUnread(failed.Process) };
            return new Attempt(AttemptKind.Failed, facts, failed.Remedy);
        }

        if (replacements.Of(slot) is { Slot.State: SlotState.Starting starting, Process: { } process } replacement)
        {
            return new Attempt(
                AttemptKind.Replacement,
                ProcessFacts.Of(slot.Name, starting, replacement.Policy, process, process.Handle.Pid, IsAsked(process)));
        }

        if (slot is { Slot: { State: SlotState.Starting, Streak: > 0 } } && LastTry(slot) is { FailedBind: not null } tried)
        {
            var facts = ProcessFacts.Of(slot.Name, slot.Slot.State, slot.Policy, tried, pid: null);
            return new Attempt(AttemptKind.LastTry, facts with { IsUnread = IsUnread(tried) });
        }

        return null;
    }

    /// <summary>The process before the newest process, until the newest process calls bind.</summary>
    private static WorkerProcess? LastTry(WorkerSlot slot) =>
        Newest(slot) is { } newest ? newest.Binds.Count == 0 ? slot.LastTry : null : slot.Last;

    private WorkerActivity? Activity(WorkerSlot slot)
    {
        if (slot.Process is { } process && shares.IsStuck(process)) return new WorkerActivity.Stuck();
        if (slot is { Slot.State: SlotState.Draining, Process: { } draining } && shares.ConnectionsOf(draining) is { } own)
            return new WorkerActivity.Drains(own);
        if (replacements.Of(slot) is not { Process: { } other, Slot.State: var state }) return null;
        var connections = state is SlotState.Draining ? shares.ConnectionsOf(other) : null;
        return new WorkerActivity.SecondProcess(other.Handle.Pid, state.Kind, connections);
    }

    private WorkerSlot? Draining(WorkerSlot slot) => slot.Slot.State is SlotState.Draining ? slot
        : replacements.Of(slot) is { Slot.State: SlotState.Draining } former ? former
        : null;

    private static OutcomesMissing? MissingOutcomes(WorkerSlot slot, WorkerProcess? newest) => newest switch
    {
        { Method.IsObserved: true } => null,
        { Silence: not null } => OutcomesMissing.NoLibrary,
        _ => OutcomeChannel.Of(slot.Spec.Process),
    };

    private bool IsAsked(WorkerProcess? process) => process is not null && probes.IsAsked(process);

    private bool IsUnread(WorkerProcess? process) => process is not null && silence.IsOpen(process);

    private bool IsHeld(WorkerSlot slot) =>
        slot.Slot.State is SlotState.Starting { Phase: StartPhase.Queued } && starter.IsHeld(slot.Service);

    /// <summary>The process of the present generation, which may have ended; null if the generation has no process.</summary>
    private static WorkerProcess? Newest(WorkerSlot slot) =>
        slot.Last is { } last && last.Generation == slot.Slot.Generation ? last : null;
}
