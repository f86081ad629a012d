using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>The facts of one process and its slot, as values that may leave the loop.</summary>
internal static class ProcessFacts
{
    /// <summary>Facts of a failed process, or of a process beside the worker's own process.</summary>
    /// <param name="process">Null if the daemon could not start a process.</param>
    /// <param name="pid">Null if the process is over.</param>
    /// <param name="isProbed">True if a readiness probe of the process has begun.</param>
    public static WorkerSnapshot Of(
        WorkerName name, SlotState state, SlotPolicy policy, WorkerProcess? process, int? pid, bool isProbed = false) => Of(
        name, state, policy, process, pid, isProbed,
        new SlotFacts { Generation = process?.Generation ?? 0, IsOver = pid is null });

    /// <summary>Facts of a worker: those of its newest process and of its slot, and the reason for the slot's state.</summary>
    /// <param name="newest">Null if the present generation has no process.</param>
    public static WorkerSnapshot Of(
        WorkerName name, SlotState state, SlotPolicy policy, WorkerProcess? newest, int? pid, bool isProbed,
        in SlotFacts slot) => new(
        name, state.Kind, pid, slot.Generation, slot.Restarts, slot.Started, slot.LastExit, slot.NextTry,
        newest is { Binds: { Count: > 0 } binds } ? new([.. binds]) : [])
    {
        FailedBind = newest?.FailedBind,
        GroupId = newest?.GroupId ?? 0,
        Foreign = ForeignOf(newest),
        LeftBehind = newest?.LeftBehind ?? 0,
        HasLowPortCapability = CapabilitiesOf(newest)?.Contains(Capability.NetBindService) == true,
        HasPrivilegedPorts = newest is { Slot.Spec.Process.Reuseport.PrivilegedPorts: true },
        Method = newest?.Method,
        Ports = policy.Ports,
        Reason = slot.Reason ?? Reason(state, policy, newest, isProbed),
        Silence = newest?.Silence,
        User = newest?.Credentials.Identity.Uid,
        IsOver = slot.IsOver,
        Activity = slot.Activity,
        Second = slot.Second,
        Attempt = slot.Attempt,
        Draining = slot.Draining,
        IsUnread = slot.IsUnread,
        IsUpdating = slot.IsUpdating,
        KernelPorts = slot.KernelPorts,
        Sockets = slot.Sockets,
        LastWords = slot.LastWords,
        NotReplaced = slot.NotReplaced,
        ReadySince = slot.ReadySince,
        OutcomesMissing = slot.OutcomesMissing,
    };

    private static ValueList<Capability>? CapabilitiesOf(WorkerProcess? process) =>
        process?.Slot.Spec.Process.Privileges.AmbientCapabilities;

    private static StateReason? Reason(SlotState state, SlotPolicy policy, WorkerProcess? newest, bool isProbed) => state switch
    {
        SlotState.Failed failed => new StateReason.Failure(failed.Failure),
        SlotState.Backoff backoff => new StateReason.Failure(backoff.Failure),
        SlotState.Waiting waiting => new StateReason.NoRoom(waiting.Limit),
        SlotState.Stopped when newest is { LeftBehind: > 0 } => new StateReason.Done(),
        SlotState.Starting { IsHeld: true } => new StateReason.WaitsForFormerTree(),
        SlotState.Starting { Phase: StartPhase.Running } starting => Waits(starting, policy.Readiness, isProbed),
        SlotState.Stopping { Then: AfterStop.Retry retry } => new StateReason.Failure(retry.Failure),
        _ => null,
    };

    private static StateReason Waits(
        SlotState.Starting starting, ReadinessSpec readiness, bool isProbed) => readiness switch
    {
        _ when starting.ServesSince is not null => new StateReason.Settles(readiness.Settle),
        ReadinessSpec.Bind => new StateReason.WaitsForPorts(starting.Coverage, readiness.Timeout),
        ReadinessSpec.Notify => new StateReason.WaitsForNotification(readiness.Timeout),
        ReadinessSpec.Delay delay => new StateReason.WaitsForDelay(delay.After),
        ReadinessSpec.Probed => new StateReason.WaitsForProbe(readiness.Timeout, isProbed, starting.ProbeFailure),
        _ => throw new InvalidOperationException($"no such readiness: {readiness}"),
    };

    /// <inheritdoc cref="WorkerSnapshot.Foreign"/>
    public static ForeignRoot? ForeignOf(WorkerProcess? process) =>
        process is { IsChild: false } ? process.Tree(isReaped: false).Foreign : null;
}
