using System.Globalization;
using System.Net;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>Who has the port that a worker could not bind, why they do not share it, and what helps; pure.</summary>
internal static class TakenPort
{
    private const string AddressInUse = "EADDRINUSE";
    private const string OneUser = "the kernel shares a port among sockets of one user only";
    private const string Correct = "correct that, or what the program takes";

    /// <summary>The bind that failed because somebody has the port; null where none did.</summary>
    public static SocketOutcome? Of(WorkerSnapshot worker) =>
        worker is { State: "starting" or "backoff" or "failed" or Attempt.Over, FailedBind: { Result: AddressInUse, Socket: { } socket } } ? socket : null;

    /// <param name="taken">What <see cref="Of"/> has found.</param>
    /// <param name="replacement">Where it is not the worker's own process that could not, but what was to take its place.</param>
    public static string Cause(WorkerSnapshot worker, SocketOutcome taken, PortFacts facts, Attempt? replacement = null)
    {
        var address = IPAddress.TryParse(taken.Address, out var parsed) ? parsed : IPAddress.Any;
        var all = facts.Holders.Where(holder => IsInTheWay(holder, taken, address) && !IsOwn(worker, facts.WorkerOf(holder))).ToArray();
        // Of several the one that cannot be shared with: workers of the same user share.
        var holder = all.FirstOrDefault(one => one.Uid != worker.User) ?? all.FirstOrDefault(one => facts.WorkerOf(one) is null) ?? all.FirstOrDefault();
        var filter = taken.Matched ? null : NotShared(worker, taken);
        // What is to take a worker's place is tried once.
        var next = replacement is null ? Next(worker) : "";
        var self = replacement is null ? "this worker" : "its replacement";
        if (holder is null) return filter is null ? $"{Gone(taken)}{next}" : $"{taken.Endpoint} was taken when it was tried, and {self} does not share it, as {filter}; {Correct}";

        var neighbour = facts.WorkerOf(holder);
        var who = $"{taken.Endpoint} is held by {Name(holder, neighbour)}";
        var isOfService = neighbour?.Name.Service == worker.Name.Service;
        var why = neighbour is null ? null : Unshared(neighbour, taken);
        // Whatever the others do: of two copies that make the same mistake the one says it of the other.
        if (filter is not null && why != filter && (isOfService || (neighbour is not null && Shares(neighbour, taken) && holder.Uid == worker.User)))
            return $"{who}, and {self} does not share it, as {filter}; {Correct}";
        // The old and the new are never there together, so nothing else helps than to have none for a moment.
        var wayOut = isOfService ? replacement?.WayOut : null;
        if (worker.User is { } own && holder.Uid != own)
        {
            return $"{who} of user {facts.NameOf(holder.Uid)}, and {self} runs as user {facts.NameOf(own)}: {OneUser}"
                   + $"{Help(wayOut, "run both as one user, or take another port")}{Besides(filter)}";
        }

        if (taken is { Matched: true, ReusePort: not OptionSetting.Set })
            return $"{who}, and 'reuseport.reuse_port' of this service is not true{Help(wayOut, "set that, or run one worker")}";
        if (neighbour is null) return $"{who}, which does not share it; stop that, or take another port{Besides(filter)}";
        if (why is not null)
            return $"{who}, which bound it unshared, as {(isOfService ? "" : $"of {neighbour.Name.Service} ")}{why}{Help(wayOut, Correct)}{(isOfService ? "" : Besides(filter))}";
        var sharesByItself = facts.SharesByItself(neighbour);
        if (neighbour.Silence is not null && !sharesByItself)
            return $"{who}, which does not share it, as the preload library is not in it{Help(wayOut, "stop that, or take another port")}{Besides(filter)}";
        if (SwitchedOff(neighbour, taken))
        {
            var whose = isOfService ? "" : $"of {neighbour.Name.Service} ";
            return $"{who}, which does not share it, as {whose}'reuseport.reuse_port' is not true{(isOfService ? " for it" : "")}{Help(wayOut, "set that, or take another port")}{Besides(filter)}";
        }

        // What was in the way has gone, and this one came after it.
        return sharesByItself || Shares(neighbour, taken)
            ? $"{Gone(taken, $"{Name(holder, neighbour)} has it now, and shares it")}{next}"
            : $"{who}, which does not share it{Help(wayOut, "stop that, or take another port")}{Besides(filter)}";
    }

    /// <summary>What the filters have against a socket that they do not contain.</summary>
    public static string NotShared(WorkerSnapshot worker, SocketOutcome socket) => worker.Ports.Contains(socket.Port)
        ? $"'reuseport.address' does not contain {socket.Address}"
        : string.Create(CultureInfo.InvariantCulture, $"'reuseport.ports' has {worker.Ports} and not {socket.Port}");

    private static string Help(string? wayOut, string usual) => wayOut is null ? $"; {usual}" : $": {wayOut}";

    /// <summary>Its own socket is not in its way; that of the process which it is to replace is.</summary>
    private static bool IsOwn(WorkerSnapshot worker, WorkerSnapshot? holder) => holder is not null && holder.Name == worker.Name && holder.Pid == worker.Pid;

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
    private static string? Unshared(WorkerSnapshot neighbour, SocketOutcome taken) =>
        On(neighbour, taken).FirstOrDefault(socket => !socket.Matched) is { } socket ? NotShared(neighbour, socket) : null;

    private static bool SwitchedOff(WorkerSnapshot neighbour, SocketOutcome taken) =>
        On(neighbour, taken).Any(socket => socket is { Matched: true, ReusePort: not OptionSetting.Set });

    private static bool Shares(WorkerSnapshot neighbour, SocketOutcome taken) =>
        On(neighbour, taken).Any() && On(neighbour, taken).All(socket => socket is { Matched: true, ReusePort: OptionSetting.Set });

    /// <summary>Its sockets on that port. What listen(2) says of options is what bind(2) left.</summary>
    private static IEnumerable<SocketOutcome> On(WorkerSnapshot neighbour, SocketOutcome taken) => neighbour.Binds
        .Where(bind => bind is { Succeeded: true, Kind: OutcomeKind.Bind }).Select(bind => bind.Socket).OfType<SocketOutcome>()
        .Where(socket => socket.Port == taken.Port && socket.Kind == taken.Kind);

    private static string Besides(string? filter) =>
        filter is null ? "" : $"; besides, {filter}, so this worker does not share it: {Correct}";

    /// <summary>What was in the way when it was tried is there no more.</summary>
    private static string Gone(SocketOutcome taken, string now = "nobody is seen to have it now") =>
        $"{taken.Endpoint} was held by somebody else when it was tried; {now}";

    private static string Next(WorkerSnapshot worker) => worker.State switch
    {
        "backoff" => $", and it is tried again by itself, or at once by 'reuseportctl start {worker.Name.Service}'",
        // Its process lives: it may try again, or is late for being ready.
        "starting" => $", and it is tried again when it is late, or at once by 'reuseportctl restart {worker.Name.Service}'",
        // That is said of each that has failed; and what is over is not tried again.
        _ => "",
    };
}
