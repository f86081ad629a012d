using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>Why a worker does not serve, or not as one of several, in plain words and with what helps; pure.</summary>
internal static class BindCauses
{
    private const string AccessDenied = "EACCES";
    private const int FirstUnprivileged = 1024;

    /// <summary>What there is to say of a worker, here and wherever somebody is told of it.</summary>
    /// <returns>Null where there is nothing to say.</returns>
    public static string? Whole(WorkerSnapshot worker, PortFacts facts)
    {
        var tried = Tried.Of(worker, facts);
        // Why it was not replaced comes first of one that serves, and of one that does not what its own process says.
        return tried is { Attempt.Kind: not AttemptKind.LastTry } && worker.State == "ready"
            ? Joined([tried.Words, .. tried.SaysSilence ? [] : Of(worker, facts).Prepend(worker.Own)])
            : Joined([tried is { Attempt.Kind: not AttemptKind.LastTry } ? worker.Own : Detail(worker), .. Of(worker, facts), tried?.Words]);
    }

    /// <returns>Null of nothing.</returns>
    public static string? Joined(IEnumerable<string?> parts) => string.Join("; ", parts.OfType<string>()) is { Length: > 0 } all ? all : null;

    /// <summary>Without what its causes say better.</summary>
    public static string? Detail(WorkerSnapshot worker) => NamesPorts(worker) ? worker.DetailWithoutPorts ?? worker.Detail : worker.Detail;

    /// <summary>What goes on from the worker's own detail, and says nothing of that again.</summary>
    /// <param name="replacement">Where it is not the worker's own process, but what was to take its place.</param>
    public static IEnumerable<string> Of(WorkerSnapshot worker, PortFacts facts, Attempt? replacement = null)
    {
        foreach (var cause in Why(worker, facts, replacement)) yield return cause;
        // Of the service, so that all of its workers say the same; one that runs is not touched by it.
        if (worker.State == "failed") yield return $"'reuseportctl start {worker.Name.Service}' tries it again";
    }

    /// <summary>The causes alone.</summary>
    public static IEnumerable<string> Why(WorkerSnapshot worker, PortFacts facts, Attempt? replacement = null)
    {
        if (worker.State == "stopped") yield break;
        if (worker.Silence is { } silence && !facts.SharesByItself(worker) && Unheard(silence) is { } words) yield return words;
        // With SO_REUSEADDR a bind comes about, and the listen behind it does not: one cause, not two.
        if (TakenPort.Of(worker) is { } taken) yield return TakenPort.Cause(worker, taken, facts, replacement);
        else if (Denied(worker, facts) is { } denied) yield return denied;
        else if (NamesPorts(worker)) yield return Elsewhere(worker)!;
    }

    /// <summary>Whether the causes say what it bound instead of what it was to.</summary>
    private static bool NamesPorts(WorkerSnapshot worker) => worker.State is not "ready" and not "stopped"
        && TakenPort.Of(worker) is null && !IsDenied(worker) && Elsewhere(worker) is not null;

    /// <summary>ip_unprivileged_port_start of ip(7) may be lower, but then the kernel has another reason.</summary>
    private static bool IsDenied(WorkerSnapshot worker) => worker is
    {
        State: "starting" or "backoff" or "failed", User: not null and not 0,
        FailedBind: { Kind: OutcomeKind.Bind, Result: AccessDenied, Socket.Port: > 0 and < FirstUnprivileged },
    };

    private static string? Denied(WorkerSnapshot worker, PortFacts facts) => IsDenied(worker)
        ? $"{worker.FailedBind!.Socket!.Endpoint} is a port below {FirstUnprivileged}, which user {facts.NameOf(worker.User!.Value)} may not bind; give the "
          + "service 'ambient_capabilities: [net_bind_service]'"
        : null;

    /// <summary>What it means that the library is not in it; why that is so stands before it.</summary>
    private static string? Unheard(PreloadReason reason) => reason switch
    {
        PreloadReason.StaticallyLinked =>
            "its port is not shared: build it to use the system's libc dynamically, or run one worker of it",
        PreloadReason.OwnSystemCalls =>
            "its port is not shared for it: have it set SO_REUSEPORT itself (net.ListenConfig), or run one worker of it",
        PreloadReason.SetIdentity =>
            "its port is not shared: take the bit away and give the service 'user' or 'ambient_capabilities' instead",
        PreloadReason.EnvironmentCleared =>
            "its port is not shared: start the program itself, with nothing before it that clears the environment (env -i, sudo)",
        PreloadReason.DifferentLibc or PreloadReason.DifferentArchitecture =>
            "its port is not shared: use a build of the program for this system, or run one worker of it",
        PreloadReason.LibraryMissing => "its port is not shared: install the library again",
        PreloadReason.LibraryNotReadable => "its port is not shared: let that user read it and enter its folders",
        _ => null,
    };

    /// <summary>What it bound is not what is to be shared: one of the two is a mistake.</summary>
    private static string? Elsewhere(WorkerSnapshot worker)
    {
        var sockets = worker.Binds.Where(bind => bind.Succeeded).Select(bind => bind.Socket).OfType<SocketOutcome>().ToArray();
        return sockets.Any(socket => socket.Matched) || sockets.FirstOrDefault() is not { } other
            ? null
            : $"it bound {other.Endpoint}, which it does not share, as {TakenPort.NotShared(worker, other)}; correct that, or what the program takes";
    }
}
