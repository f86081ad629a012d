using System.Net;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Finds the holder of the port of a failed bind, and the reason why the two sockets do not share it; pure.</summary>
internal static class TakenPort
{
    /// <summary>
    /// The socket of a bind that failed with EADDRINUSE, or with an unknown errno. Null without such a failure, or if the worker
    /// runs.
    /// </summary>
    public static SocketOutcome? Of(WorkerSnapshot worker) =>
        (worker.IsOver || IsTrying(worker))
        && worker.FailedBind is { Socket: { } socket } failed
        && (failed.Errno == Errno.AlreadyInUse || failed.HasUnknownErrno)
            ? socket
            : null;

    /// <summary>True if the worker is not ready: it starts, waits for its next start, or has failed.</summary>
    public static bool IsTrying(WorkerSnapshot worker) =>
        worker is { IsOver: false, State: WorkerState.Starting or WorkerState.Backoff or WorkerState.Failed };

    /// <param name="replacement">The replacement, if it called bind; else null.</param>
    /// <returns>Null if the port is not taken, as far as the daemon knows.</returns>
    public static Cause.PortTaken? CauseOf(WorkerSnapshot worker, PortFacts facts, Attempt? replacement = null)
    {
        if (Of(worker) is not { } taken) return null;
        var holder = HolderOf(worker, taken, facts);
        if (holder is null && worker.FailedBind!.HasUnknownErrno) return null;
        var neighbour = holder is null ? null : facts.WorkerOf(holder);
        var filter = taken.Matched ? null : MismatchOf(worker, taken);
        var isOfService = neighbour?.Name.Service == worker.Name.Service;
        return new Cause.PortTaken(
            taken.Endpoint,
            holder is null ? null : new Holder(neighbour?.Name, holder.Pid ?? neighbour?.Pid, holder.Program),
            holder is null ? filter is null ? new Conflict.Gone() : new Conflict.OwnFilter()
            : IsOwnFilterAlone(worker, taken, holder, neighbour, filter) ? new Conflict.OwnFilter()
            : ConflictOf(worker, taken, holder, neighbour, facts),
            filter)
        {
            IsReplacement = replacement is not null,
            // The old process holds the port, so the new process cannot start beside it.
            Remedy = isOfService ? replacement?.Remedy : null,
            Next = replacement is null ? NextOf(worker) : null,
            IsListen = worker.FailedBind is { Kind: OutcomeKind.Listen },
        };
    }

    /// <summary>The filter of a worker that does not contain the socket. At least one filter must not contain it.</summary>
    public static FilterMismatch MismatchOf(WorkerSnapshot worker, SocketOutcome socket) => worker.Ports.Contains(socket.Port)
        ? new FilterMismatch.OfAddress(socket.Address)
        : new FilterMismatch.OfPort(worker.Ports, socket.Port);

    /// <summary>The socket that conflicts. If several conflict, a socket of another user or of no worker comes first.</summary>
    private static PortHolder? HolderOf(WorkerSnapshot worker, SocketOutcome taken, PortFacts facts)
    {
        var address = IPAddress.TryParse(taken.Address, out var parsed) ? parsed : IPAddress.Any;
        var all = facts.Holders
            .Where(holder => Conflicts(holder, taken, address) && !IsOwn(worker, facts.WorkerOf(holder))).ToArray();
        return all.FirstOrDefault(one => one.Uid != worker.User)
               ?? all.FirstOrDefault(one => facts.WorkerOf(one) is null)
               ?? all.FirstOrDefault();
    }

    /// <summary>
    /// True if the worker's own filter explains the conflict. If the holder has the same mismatch, the holder's filter is the
    /// explanation.
    /// </summary>
    private static bool IsOwnFilterAlone(
        WorkerSnapshot worker, SocketOutcome taken, PortHolder holder, WorkerSnapshot? neighbour, FilterMismatch? filter) =>
        filter is not null && neighbour is not null && UnsharedBy(neighbour, taken) != filter
        && (neighbour.Name.Service == worker.Name.Service || (Shares(neighbour, taken) && holder.Uid == worker.User));

    private static Conflict ConflictOf(
        WorkerSnapshot worker, SocketOutcome taken, PortHolder holder, WorkerSnapshot? neighbour, PortFacts facts)
    {
        if (worker.User is { } own && holder.Uid != own)
            return new Conflict.OtherUser(facts.NameOf(holder.Uid), facts.NameOf(own));
        if (taken is { Matched: true, ReusePort: not OptionSetting.Set }) return new Conflict.OwnSharingOff();
        if (neighbour is null) return new Conflict.HolderIsNoWorker();
        var service = neighbour.Name.Service == worker.Name.Service ? null : neighbour.Name.Service;
        if (UnsharedBy(neighbour, taken) is { } why) return new Conflict.HolderFilter(why, service);
        var sharesByItself = facts.SharesByItself(neighbour);
        if (neighbour.Silence is not null && !sharesByItself) return new Conflict.HolderHasNoLibrary();
        if (IsSwitchedOff(neighbour, taken)) return new Conflict.HolderSharingOff(service);
        return sharesByItself || Shares(neighbour, taken) ? new Conflict.HolderShares() : new Conflict.Unexplained();
    }

    /// <summary>The own socket of a process does not conflict. The socket of the process that it replaces can.</summary>
    private static bool IsOwn(WorkerSnapshot worker, WorkerSnapshot? holder) =>
        holder is not null && holder.Name == worker.Name && holder.Pid == worker.Pid;

    private static bool Conflicts(PortHolder holder, SocketOutcome taken, IPAddress address) =>
        holder.Port == taken.Port && holder.IsStream == (taken.Kind == SocketKind.Stream) && Overlap(address, holder.Address);

    private static bool Overlap(IPAddress one, IPAddress other) =>
        one.Equals(other) || IsAny(one) || IsAny(other)
        || (one.AddressFamily != other.AddressFamily && one.MapToIPv6().Equals(other.MapToIPv6()));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>The filter of the holder that does not contain its socket; null if all filters contain it.</summary>
    private static FilterMismatch? UnsharedBy(WorkerSnapshot neighbour, SocketOutcome taken) =>
        SocketsOf(neighbour, taken).FirstOrDefault(socket => !socket.Matched) is { } socket
            ? MismatchOf(neighbour, socket)
            : null;

    private static bool IsSwitchedOff(WorkerSnapshot neighbour, SocketOutcome taken) =>
        SocketsOf(neighbour, taken).Any(socket => socket is { Matched: true, ReusePort: not OptionSetting.Set });

    private static bool Shares(WorkerSnapshot neighbour, SocketOutcome taken) =>
        SocketsOf(neighbour, taken).Any()
        && SocketsOf(neighbour, taken).All(socket => socket is { Matched: true, ReusePort: OptionSetting.Set });

    /// <summary>The holder's sockets on that port. The options of a listen are those of its bind.</summary>
    private static IEnumerable<SocketOutcome> SocketsOf(WorkerSnapshot neighbour, SocketOutcome taken) => neighbour.Binds
        .Where(bind => bind is { Succeeded: true, Kind: OutcomeKind.Bind }).Select(bind => bind.Socket).OfType<SocketOutcome>()
        .Where(socket => socket.Port == taken.Port && socket.Kind == taken.Kind);

    /// <summary>Null for a failed worker and for a process that is over: the daemon starts neither again.</summary>
    private static NextTry? NextOf(WorkerSnapshot worker) => worker switch
    {
        { IsOver: false, State: WorkerState.Backoff } => new NextTry(worker.Name.Service, IsAfterTimeout: false),
        { IsOver: false, State: WorkerState.Starting } => new NextTry(worker.Name.Service, IsAfterTimeout: true),
        _ => null,
    };
}
