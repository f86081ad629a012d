using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Finds the causes why a worker does not serve, or does not share its port; pure.</summary>
internal static class BindCauses
{
    public const int FirstUnprivileged = 1024;

    /// <summary>The causes. For a failed worker, the last cause names the command that starts it again.</summary>
    /// <param name="replacement">The replacement, if the process is one; else null.</param>
    public static IEnumerable<Cause> Of(WorkerSnapshot worker, PortFacts facts, Attempt? replacement = null) =>
        worker is { IsOver: false, State: WorkerState.Failed }
            ? Why(worker, facts, replacement).Append(new Cause.HasFailed(worker.Name.Service))
            : Why(worker, facts, replacement);

    /// <summary>The causes without the command.</summary>
    public static IEnumerable<Cause> Why(WorkerSnapshot worker, PortFacts facts, Attempt? replacement = null)
    {
        if (worker is { IsOver: false, State: WorkerState.Stopped }) yield break;
        if (worker.Silence is { Reason: var reason } && SilenceWords.Remedy(reason) is not null && !facts.SharesByItself(worker))
            yield return new Cause.NoLibrary(reason, worker.Method);
        // With SO_REUSEADDR a bind succeeds and its listen fails: one cause, not two.
        if (TakenPort.CauseOf(worker, facts, replacement) is { } taken) yield return taken;
        else if (IsDenied(worker)) yield return Denied(worker, facts);
        else if (LacksLowPorts(worker)) yield return new Cause.PrivilegedPortsUnused(worker.Method!.NoPrivilegedPorts!);
        else if (LacksAddress(worker, facts)) yield return new Cause.AddressMissing(worker.FailedBind!.Socket!.Endpoint);
        else if (HasOtherPorts(worker) && Elsewhere(worker) is { } elsewhere) yield return elsewhere;
    }

    /// <summary>True if <see cref="Why"/> names the socket that the worker bound instead of its own.</summary>
    public static bool NamesPorts(WorkerSnapshot worker) =>
        HasOtherPorts(worker) && TakenPort.Of(worker) is null && !IsDenied(worker) && Elsewhere(worker) is not null;

    /// <summary>True if the library cannot have set SO_REUSEPORT for the process.</summary>
    public static bool IsKeptOut(PreloadDiagnosis? silence) => silence is { KeepsLibraryOut: true };

    /// <summary>A worker that serves may bind other ports beside its own.</summary>
    private static bool HasOtherPorts(WorkerSnapshot worker) =>
        worker.IsOver || worker.State is not (WorkerState.Ready or WorkerState.Stopped);

    /// <summary>If ip_unprivileged_port_start (ip(7)) is lower, the kernel refuses the bind for another reason.</summary>
    private static bool IsDenied(WorkerSnapshot worker) =>
        TakenPort.IsTrying(worker) && worker is { User: not null and not 0, FailedBind: { Kind: OutcomeKind.Bind } failed }
        && failed.Socket!.Port is > 0 and < FirstUnprivileged
        && (failed.Errno == Errno.AccessDenied || (failed.HasUnknownErrno && !MayBind(worker, failed.Socket.Port)));

    /// <summary>The worker may have been refused a low port, and its library is silent.</summary>
    private static bool LacksLowPorts(WorkerSnapshot worker) =>
        worker is { FailedBind: null, Silence: not null, User: not null and not 0, Method.NoPrivilegedPorts: not null }
        && TakenPort.IsTrying(worker) && !worker.HasLowPortCapability;

    private static bool LacksAddress(WorkerSnapshot worker, PortFacts facts) =>
        TakenPort.IsTrying(worker) && worker.FailedBind is { Kind: OutcomeKind.Bind, Socket: { } socket } failed
        && (failed.Errno == Errno.AddressNotAvailable || (failed.HasUnknownErrno && !facts.IsLocal(socket.Address)));

    /// <summary>The kernel method permits listed ports only.</summary>
    private static bool MayBind(WorkerSnapshot worker, int port) => worker.HasLowPortCapability
        || (worker is { HasPrivilegedPorts: true, Method.UsesKernel: true } && worker.Ports.Contains(port));

    private static Cause.PortDenied Denied(WorkerSnapshot worker, PortFacts facts)
    {
        var socket = worker.FailedBind!.Socket!;
        var isListed = worker.Ports.Contains(socket.Port);
        var usesKernel = worker is { Method.UsesKernel: true };
        return new(socket.Endpoint, facts.NameOf(worker.User!.Value))
        {
            NoPrivilegedPorts = worker.Method?.NoPrivilegedPorts,
            Unlisted = worker.HasPrivilegedPorts && usesKernel && !isListed
                ? new FilterMismatch.OfPort(worker.Ports, socket.Port)
                : null,
            WouldBePermitted = !worker.HasPrivilegedPorts && usesKernel && isListed,
            CanGiveCapability = facts.CanGiveLowPorts,
        };
    }

    /// <summary>Null if the process shares one of its sockets, or has no socket.</summary>
    private static Cause.BoundElsewhere? Elsewhere(WorkerSnapshot worker)
    {
        var sockets = worker.Binds.Where(bind => bind.Succeeded).Select(bind => bind.Socket).OfType<SocketOutcome>().ToArray();
        return sockets.Any(socket => socket.Matched) || sockets.FirstOrDefault() is not { } other
            ? null
            : new Cause.BoundElsewhere(other.Endpoint, TakenPort.MismatchOf(worker, other));
    }
}
