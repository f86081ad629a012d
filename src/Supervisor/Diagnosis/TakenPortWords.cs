using System.Globalization;

namespace Reuseportd.Diagnosis;

/// <summary>
/// Texts for a port that a worker could not bind: the holder, the reason why the two do not share the port, and the remedy.
/// </summary>
internal static class TakenPortWords
{
    private const string OneUser = "the kernel shares a port among sockets of one user only";
    private const string AnotherPort = "stop that process, or use another port";
    private const string SetSharing = "set 'reuseport.reuse_port: true'";

    public static string Of(Cause.PortTaken taken) => taken.Conflict switch
    {
        Conflict.Gone => $"{Past(taken)}; no process holds it now{Next(taken.Next)}",
        Conflict.HolderShares => $"{Past(taken)}; {Name(taken.Holder!)} holds it now and shares it{Next(taken.Next)}",
        Conflict.OwnFilter =>
            $"{Lead(taken)}, and {Self(taken)} does not share it, as {CauseWords.Of(taken.Filter!)}; "
            + CauseWords.Remedy(taken.Filter!),
        Conflict.OtherUser other =>
            $"{Lead(taken)} of user {other.Holder}, and {Self(taken)} runs as user {other.Own}; {OneUser}"
            + $"{Help(taken, "run both as one user, or use another port")}{Also(taken)}",
        Conflict.OwnSharingOff =>
            $"{Lead(taken)}, and 'reuseport.reuse_port' of this service is not true"
            + Help(taken, $"{SetSharing}, or run one worker"),
        Conflict.HolderIsNoWorker => $"{Lead(taken)}, which does not share it; {AnotherPort}{Also(taken)}",
        Conflict.HolderFilter filter =>
            $"{Lead(taken)}, which does not share it, as {CauseWords.Of(filter.Why, filter.Service)}"
            + Help(taken, CauseWords.Remedy(filter.Why)) + (filter.Service is null ? "" : Also(taken)),
        Conflict.HolderHasNoLibrary =>
            $"{Lead(taken)}, which does not share it, as the preload library is not loaded in that process"
            + $"{Help(taken, AnotherPort)}{Also(taken)}",
        Conflict.HolderSharingOff off =>
            $"{Lead(taken)}, which does not share it, as {SharingOff(off)}"
            + $"{Help(taken, $"{SetSharing} there, or use another port")}{Also(taken)}",
        Conflict.Unexplained => $"{Lead(taken)}, which does not share it{Help(taken, AnotherPort)}{Also(taken)}",
        _ => throw new InvalidOperationException($"no such conflict: {taken.Conflict}"),
    };

    private static string Self(Cause.PortTaken taken) => taken.IsReplacement ? "its replacement" : "this worker";

    private static string Lead(Cause.PortTaken taken) =>
        taken.Holder is { } holder ? $"{taken.Endpoint} is held by {Name(holder)}" : Past(taken);

    private static string Past(Cause.PortTaken taken) =>
        $"{taken.Endpoint} was held by another process when {(taken.IsReplacement ? "its replacement" : "the worker")} "
        + $"called {(taken.IsListen ? "listen" : "bind")}";

    private static string Name(Holder holder) => holder switch
    {
        { Worker: { } worker } => string.Create(CultureInfo.InvariantCulture, $"worker {worker} (process {holder.Pid})"),
        { Pid: { } pid } => string.Create(CultureInfo.InvariantCulture, $"{holder.Program} (process {pid})"),
        _ => "a process that the daemon cannot see",
    };

    private static string SharingOff(Conflict.HolderSharingOff off) => off.Service is null
        ? "'reuseport.reuse_port' is not true for that process"
        : $"'reuseport.reuse_port' of {off.Service} is not true";

    /// <summary>The remedy of the update comes before the usual one: the old and the new process cannot run together.</summary>
    private static string Help(Cause.PortTaken taken, string usual) =>
        taken.Remedy is { } remedy ? $": {UpdateWords.Of(remedy)}" : $"; {usual}";

    /// <summary>The worker's own filter is a second reason.</summary>
    private static string Also(Cause.PortTaken taken) => taken.Filter is null
        ? ""
        : $"; this worker does not share it either, as {CauseWords.Of(taken.Filter)}; {CauseWords.Remedy(taken.Filter)}";

    private static string Next(NextTry? next) => next switch
    {
        null => "",
        { IsAfterTimeout: false } =>
            $"; the daemon starts the worker again after the backoff; 'reuseportctl start {next.Service}' starts it now",
        // The process lives. It may try again before the daemon stops it.
        _ => "; the daemon starts the worker again after the readiness timeout; "
             + $"'reuseportctl restart {next.Service}' restarts it now",
    };
}
