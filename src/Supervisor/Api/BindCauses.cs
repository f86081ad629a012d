using System.Globalization;
using Reuseportd.Linux;
using Reuseportd.Model;
using Reuseportd.Runtime;

namespace Reuseportd.Api;

/// <summary>Why a worker does not serve, in plain words and with what helps; pure.</summary>
internal static class BindCauses
{
    private const string AddressInUse = "EADDRINUSE";

    /// <summary>The bind that failed because somebody has the port; null where none did.</summary>
    public static SocketOutcome? Taken(WorkerSnapshot worker) =>
        worker is { State: "starting" or "backoff" or "failed", FailedBind: { Result: AddressInUse, Socket: { } socket } } ? socket : null;

    /// <param name="holders">Of the ports that are taken.</param>
    /// <param name="nameOf">Name of a user by number.</param>
    /// <param name="workerOf">A worker by the pid of its process; null for a stranger.</param>
    public static IEnumerable<string> Of(
        WorkerSnapshot worker, IEnumerable<PortHolder> holders, Func<uint, string> nameOf, Func<int, string?> workerOf)
    {
        if (worker.Silence is { } silence && Silence(silence) is { } words) yield return words;
        if (Taken(worker) is { } taken) yield return Held(worker, taken, holders, nameOf, workerOf);
        if (worker.State is not "ready" and not "stopped" && Elsewhere(worker) is { } elsewhere) yield return elsewhere;
    }

    private static string? Silence(PreloadReason reason) => reason switch
    {
        PreloadReason.StaticallyLinked =>
            "the program is statically linked: no library can be loaded into it, so its port cannot be shared; build it to use the system's libc "
            + "dynamically, or run one worker of it",
        PreloadReason.OwnSystemCalls =>
            "the program is made with Go and makes its system calls itself, without libc, so its port cannot be shared for it; have it set SO_REUSEPORT "
            + "(net.ListenConfig), or run one worker of it",
        PreloadReason.SetIdentity =>
            "the program is set-uid or set-gid or has file capabilities, and into such a program nothing is preloaded; take the bit away and give the "
            + "service 'user' or 'ambient_capabilities' instead",
        PreloadReason.EnvironmentCleared => "something between has cleared the environment (env -i, sudo), and LD_PRELOAD with it; start the program itself",
        PreloadReason.DifferentLibc or PreloadReason.DifferentArchitecture =>
            "the preload library is made for another libc or architecture than the program, so its port cannot be shared",
        _ => null,
    };

    private static string Held(
        WorkerSnapshot worker, SocketOutcome taken, IEnumerable<PortHolder> holders, Func<uint, string> nameOf, Func<int, string?> workerOf)
    {
        var isStream = taken.Kind == SocketKind.Stream;
        var all = holders.Where(holder => holder.Port == taken.Port && holder.IsStream == isStream).ToArray();
        // Of several the one that is in the way: workers of the same user share.
        var holder = all.FirstOrDefault(one => one.Uid != worker.User)
                     ?? all.FirstOrDefault(one => one.Pid is not { } pid || workerOf(pid) is null) ?? all.FirstOrDefault();
        if (holder is null)
        {
            return $"{taken.Endpoint} is taken, and by whom cannot be seen: a socket that is bound and does not listen, or one of a moment ago; "
                   + "'ss -ap' as root may tell";
        }

        var who = holder.Pid is not { } number ? "a process that cannot be seen"
            : workerOf(number) is { } name ? $"worker {name} (process {number})"
            : string.Create(CultureInfo.InvariantCulture, $"{holder.Program} (process {number})");
        return worker.User is { } own && holder.Uid != own
            ? $"{taken.Endpoint} is held by {who} of user {nameOf(holder.Uid)}, and this worker runs as user {nameOf(own)}: the kernel shares a port among "
              + "sockets of one user only; run both as one user, or take another port"
            : $"{taken.Endpoint} is held by {who}, which does not share it; stop that, or take another port";
    }

    /// <summary>What it bound is not what is to be shared: one of the two is a mistake.</summary>
    private static string? Elsewhere(WorkerSnapshot worker)
    {
        var sockets = worker.Binds.Where(bind => bind.Succeeded).Select(bind => bind.Socket).OfType<SocketOutcome>().ToArray();
        if (sockets.Any(socket => socket.Matched) || sockets.FirstOrDefault(socket => !socket.Matched) is not { } other) return null;
        return worker.Ports.Contains(other.Port)
            ? $"it bound {other.Endpoint}, whose address 'reuseport.address' does not contain; correct that, or the address that the program takes"
            : $"it bound {other.Endpoint}, and 'reuseport.ports' has {worker.Ports}; correct that, or the port that the program takes";
    }
}
