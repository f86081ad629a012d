using System.Globalization;
using System.Net;
using Reuseportd.Linux;
using Reuseportd.Model;
using Reuseportd.Runtime;

namespace Reuseportd.Api;

/// <summary>Who has the port that a worker could not bind, why they do not share it, and what helps; pure.</summary>
internal static class TakenPort
{
    private const string AddressInUse = "EADDRINUSE";

    /// <summary>The bind that failed because somebody has the port; null where none did.</summary>
    public static SocketOutcome? Of(WorkerSnapshot worker) =>
        worker is { State: "starting" or "backoff" or "failed", FailedBind: { Result: AddressInUse, Socket: { } socket } } ? socket : null;

    /// <param name="taken">What <see cref="Of"/> has found.</param>
    public static string Cause(WorkerSnapshot worker, SocketOutcome taken, PortFacts facts)
    {
        var address = IPAddress.TryParse(taken.Address, out var parsed) ? parsed : IPAddress.Any;
        var all = facts.Holders.Where(holder => IsInTheWay(holder, taken, address) && facts.WorkerOf(holder)?.Name != worker.Name).ToArray();
        // Of several the one that cannot be shared with: workers of the same user share.
        var holder = all.FirstOrDefault(one => one.Uid != worker.User) ?? all.FirstOrDefault(one => facts.WorkerOf(one) is null) ?? all.FirstOrDefault();
        if (holder is null) return Gone(worker, taken);

        var neighbour = facts.WorkerOf(holder);
        var filter = taken.Matched ? null : NotShared(worker, taken);
        var who = $"{taken.Endpoint} is held by {Name(holder, neighbour)}";
        if (worker.User is { } own && holder.Uid != own)
        {
            return $"{who} of user {facts.NameOf(holder.Uid)}, and this worker runs as user {facts.NameOf(own)}: the kernel shares a port among sockets of one "
                   + $"user only; run both as one user, or take another port{Besides(filter)}";
        }

        if (neighbour is not null && Unshared(neighbour, taken) is { } why)
        {
            var isOwn = neighbour.Name.Service == worker.Name.Service;
            return $"{who}, which bound it unshared, as {(isOwn ? "" : $"of {neighbour.Name.Service} ")}{why}; correct that, or what the program takes{(isOwn ? "" : Besides(filter))}";
        }

        return taken is { Matched: true, ReusePort: not OptionSetting.Set }
            ? $"{who}, and 'reuseport.reuse_port' of this service is not true; set that, or run one worker"
            : $"{who}, which does not share it; stop that, or take another port{Besides(filter)}";
    }

    /// <summary>What the filters have against a socket that they do not contain.</summary>
    public static string NotShared(WorkerSnapshot worker, SocketOutcome socket) => worker.Ports.Contains(socket.Port)
        ? $"'reuseport.address' does not contain {socket.Address}"
        : string.Create(CultureInfo.InvariantCulture, $"'reuseport.ports' has {worker.Ports} and not {socket.Port}");

    private static bool IsInTheWay(PortHolder holder, SocketOutcome taken, IPAddress address) =>
        holder.Port == taken.Port && holder.IsStream == (taken.Kind == SocketKind.Stream) && Overlap(address, holder.Address);

    private static bool Overlap(IPAddress one, IPAddress other) =>
        one.Equals(other) || IsAny(one) || IsAny(other)
        || (one.AddressFamily != other.AddressFamily && one.MapToIPv6().Equals(other.MapToIPv6()));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string Name(PortHolder holder, WorkerSnapshot? neighbour) =>
        neighbour is not null ? string.Create(CultureInfo.InvariantCulture, $"worker {neighbour.Name} (process {holder.Pid ?? neighbour.Pid})")
        : holder.Pid is { } pid ? string.Create(CultureInfo.InvariantCulture, $"{holder.Program} (process {pid})")
        : "a process that cannot be seen";

    /// <summary>Why a worker that has it does not share it; null where its filters contain it.</summary>
    private static string? Unshared(WorkerSnapshot neighbour, SocketOutcome taken) => neighbour.Binds
        .Where(bind => bind.Succeeded).Select(bind => bind.Socket).OfType<SocketOutcome>()
        .FirstOrDefault(socket => socket.Port == taken.Port && socket.Kind == taken.Kind && !socket.Matched) is { } socket
        ? NotShared(neighbour, socket)
        : null;

    private static string Besides(string? filter) =>
        filter is null ? "" : $"; besides, {filter}, so this worker does not share it: correct that, or what the program takes";

    /// <summary>What was in the way when it was tried is there no more.</summary>
    private static string Gone(WorkerSnapshot worker, SocketOutcome taken)
    {
        var filter = taken.Matched ? null : NotShared(worker, taken);
        var next = worker.State switch
        {
            "backoff" => $", and it is tried again by itself, or at once by 'reuseportctl start {worker.Name.Service}'",
            // Its process lives: it may try again, or is late for being ready.
            "starting" => $", and it is tried again when it is late, or at once by 'reuseportctl restart {worker.Name.Service}'",
            // That is said of each that has failed.
            _ => "",
        };
        return $"{taken.Endpoint} was held by somebody else when it was tried; nobody is seen to have it now{next}{Besides(filter)}";
    }
}
