using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Readiness;
using Reuseportd.Runtime.Services;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The fleet as values that may leave the loop.</summary>
internal static class SnapshotBuilder
{
    public static FleetSnapshot Of(ServiceTable fleet, FleetCounts counts, TimeSpan now) => new(now, counts, new([.. fleet.Services
        .OrderBy(service => service.Spec.Name, StringComparer.Ordinal)
        .SelectMany(service => service.Slots.OrderBy(slot => slot.Name.Index))
        .Select(Of)]))
    {
        Services = new([.. fleet.Services
            .Where(service => !service.Leaving)
            .OrderBy(service => service.Spec.Name, StringComparer.Ordinal)
            .Select(service => Of(fleet, service))]),
    };

    private static ServiceSnapshot Of(ServiceTable fleet, Service service) => new(service.Declared, service.Spec, service.Overrides)
    {
        IsPaused = fleet.IsPaused(service),
        Update = fleet.UpdateOf(service) is { } update
            ? new UpdateSnapshot(update.Done.Count, update.Count, update.IsPaused, update.IsRollback, update.Failure) { IsChange = update.Former is not null }
            : null,
    };

    /// <summary>What has come of a plan by now.</summary>
    public static ConvergeResult Of(ServiceTable fleet, FleetPlan plan, FleetCounts counts)
    {
        var touched = plan.Steps.Where(step => step is not PlanStep.Remove).ToDictionary(step => step.Service);
        string[] rolledBack =
        [
            .. fleet.Services
                .Where(service => service.RolledBackFrom is { } failed && touched.GetValueOrDefault(failed.Name) is PlanStep.Replace step && step.Spec == failed)
                .Select(service => service.Spec.Name),
        ];
        return ConvergeResult.Of(plan, counts, NotReady(fleet, plan, touched.Keys), rolledBack.Length) with { RolledBack = [.. rolledBack] };
    }

    /// <summary>
    /// Workers that were to be ready and are not, or are not what they were to be: of these services, and of others that are
    /// paused half way. Where there was nothing to do, of all: what is not as the files say is so whoever asks how often.
    /// </summary>
    private static ValueList<WorkerSnapshot> NotReady(ServiceTable fleet, FleetPlan plan, IReadOnlyCollection<string> touched) => new([.. fleet.Services
        .SelectMany(service => service.Slots)
        .Where(slot => touched.Contains(slot.Service.Spec.Name)
            ? slot.Slot.State is SlotState.Starting or SlotState.Waiting or SlotState.Backoff or SlotState.Failed || slot.UpdateFailure is not null
            : (slot.UpdateFailure is not null && fleet.IsPaused(slot.Service)) || (plan.Steps.Count == 0 && IsDown(slot)))
        .Select(Of)]);

    /// <summary>One that is only being replaced at this moment is not.</summary>
    private static bool IsDown(WorkerSlot slot) => slot.Slot is { State: SlotState.Waiting or SlotState.Backoff or SlotState.Failed } or { State: SlotState.Starting, Streak: > 0 };

    private static WorkerSnapshot Of(WorkerSlot slot) => new(
        slot.Name,
        slot.Slot.State.Word,
        slot.Process?.Handle.Pid,
        slot.Slot.Generation,
        slot.Slot.Restarts,
        slot.Process?.Started,
        slot.Slot.LastExit,
        (slot.Slot.State as SlotState.Backoff)?.Until,
        Detail(slot),
        new([.. Newest(slot)?.Binds ?? []]))
    {
        Own = WorkerDetail.Of(slot.Slot.State, slot.Policy, Newest(slot)),
        Attempt = AttemptOf(slot),
        IsUnread = slot.Process is null && Newest(slot) is { IsSpeaking: true },
        LastWords = LastWords(slot),
        IsPostponed = slot.UpdateFailure is { IsPostponed: true },
        DetailWithoutPorts = slot.Slot.State is SlotState.Ready or SlotState.Stopped ? null : Detail(slot, namesPorts: false),
        ReadySince = (slot.Slot.State as SlotState.Ready)?.Since,
        IsUpdating = slot.Updating,
        Draining = new[] { slot, slot.Replacement }.FirstOrDefault(one => one?.Slot.State is SlotState.Draining)?.Process?.Connections,
        User = Newest(slot)?.Credentials.Identity.Uid,
        Ports = slot.Policy.Ports,
        FailedBind = Newest(slot)?.FailedBind,
        Unheard = Newest(slot) is { Silence: not null } ? Unheard.NoLibrary : OutcomeChannel.Of(slot.Spec.Process),
        KernelPorts = Newest(slot)?.KernelPorts ?? [],
        Silence = Newest(slot) is { Silence: not null } silent ? silent.SilenceCause : null,
    };

    /// <summary>What there is to say of a worker beyond its state; null for nothing.</summary>
    /// <param name="namesPorts">Whether with what it bound instead of what it was to.</param>
    public static string? Detail(WorkerSlot slot, bool namesPorts = true)
    {
        if (Held(slot) is { } held) return held;
        var own = WorkerDetail.Of(slot.Slot.State, slot.Policy, Newest(slot), namesPorts);
        // Of one that serves, why it is not what it was to become comes before what there always is to say of it.
        if (slot is { Slot.State: SlotState.Ready, UpdateFailure.Words: { } failure }) return own is null ? failure : $"{failure}; {own}";
        return own ?? Replacing(slot) ?? slot.UpdateFailure?.Words;
    }

    /// <summary>
    /// Of the process that tells why a worker does not serve: its newest, while it starts again the one before, and of a worker
    /// that serves its failed replacement. Null where no process failed.
    /// </summary>
    public static LastWords? LastWords(WorkerSlot slot) => slot switch
    {
        { Slot.State: SlotState.Backoff or SlotState.Failed } => Newest(slot)?.LastWords,
        { Slot: { State: SlotState.Starting, Streak: > 0 } } => LastTry(slot)?.LastWords,
        { Slot.State: SlotState.Starting or SlotState.Stopped } => null,
        _ => slot.UpdateFailure?.FailedReplacement?.Process?.LastWords,
    };

    private static Attempt? AttemptOf(WorkerSlot slot) => slot switch
    {
        { UpdateFailure.FailedReplacement: { } fallen } => new(
            AttemptKind.FailedReplacement, Tried(slot, Attempt.Over, fallen.State, fallen.Policy, fallen.Process, pid: null), fallen.WayOut),
        { Replacement: { Slot.State: SlotState.Starting starting, Process: { } process } replacement } => new(
            AttemptKind.Replacement, Tried(slot, starting.Word, starting, replacement.Policy, process, process.Handle.Pid)),
        { Slot: { State: SlotState.Starting, Streak: > 0 } } when LastTry(slot) is { FailedBind: not null } tried => new(
            AttemptKind.LastTry, Tried(slot, Attempt.Over, slot.Slot.State, slot.Policy, tried, pid: null)),
        _ => null,
    };

    /// <summary>While the present one has not bound anything, nor tried to.</summary>
    private static WorkerProcess? LastTry(WorkerSlot slot) =>
        Newest(slot) is { } newest ? newest.Binds.Count == 0 ? slot.LastTry : null : slot.Last;

    private static WorkerSnapshot Tried(WorkerSlot slot, string word, SlotState state, SlotPolicy policy, WorkerProcess? process, int? pid) => new(
        slot.Name, word, pid, process?.Generation ?? 0, 0, null, null, null, WorkerDetail.Of(state, policy, process), new([.. process?.Binds ?? []]))
    {
        DetailWithoutPorts = WorkerDetail.Of(state, policy, process, namesPorts: false),
        User = process?.Credentials.Identity.Uid,
        Ports = policy.Ports,
        FailedBind = process?.FailedBind,
        Silence = process is { Silence: not null } ? process.SilenceCause : null,
        IsUnread = pid is null && process is { IsSpeaking: true },
    };

    private static string? Replacing(WorkerSlot slot)
    {
        if (slot.Process is { IsStuck: true }) return "accepts nothing while others do, and is given nothing new";
        if (slot.Slot.State is SlotState.Draining && slot.Process is { Connections: { } own }) return $"still has {Connections(own)}";
        if (slot.Replacement is not { Process: { } other, Slot.State: var state }) return null;
        var has = state is SlotState.Draining && other.Connections is { } left ? $", with {Connections(left)}" : "";
        return $"{(state is SlotState.Starting ? "its replacement" : "its former process")} {other.Handle.Pid} is {state.Word}{has}";
    }

    private static string Connections(int count) => count == 1 ? "1 connection" : $"{count} connections";

    private static string? Held(WorkerSlot slot) => slot is { Slot.State: SlotState.Starting { Phase: StartPhase.Queued }, Service: { Starts.IsHeld: true } service }
        ? $"waits for {string.Join(", ", service.Spec.DependsOn)}"
        : null;

    /// <summary>The process of the present generation, which may have ended; null where none came of it.</summary>
    private static WorkerProcess? Newest(WorkerSlot slot) =>
        slot.Last is { } last && last.Generation == slot.Slot.Generation ? last : null;
}
