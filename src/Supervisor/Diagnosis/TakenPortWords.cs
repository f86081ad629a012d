using System.Globalization;

namespace Reuseportd.Diagnosis;

/// <summary>Who has a port that a worker could not bind, why the two do not share it, and what helps.</summary>
internal static class TakenPortWords
{
    private const string OneUser = "the kernel shares a port among sockets of one user only";
    private const string Correct = "correct that, or what the program takes";
    private const string AnotherPort = "stop that, or take another port";

    public static string Of(Cause.PortTaken taken)
    {
        var self = taken.IsReplacement ? "its replacement" : "this worker";
        return taken.Conflict switch
        {
            Conflict.Gone => $"{Past(taken)}; nobody is seen to have it now{Next(taken.Next)}",
            Conflict.HolderShares => $"{Past(taken)}; {Name(taken.Holder!)} has it now, and shares it{Next(taken.Next)}",
            Conflict.OwnFilter => $"{Lead(taken)}, and {self} does not share it, as {CauseWords.Of(taken.Filter!)}; {Correct}",
            Conflict.OtherUser other =>
                $"{Lead(taken)} of user {other.Holder}, and {self} runs as user {other.Own}: {OneUser}"
                + $"{Help(taken, "run both as one user, or take another port")}{Besides(taken)}",
            Conflict.OwnSharingOff =>
                $"{Lead(taken)}, and 'reuseport.reuse_port' of this service is not true"
                + Help(taken, "set that, or run one worker"),
            Conflict.Stranger => $"{Lead(taken)}, which does not share it; {AnotherPort}{Besides(taken)}",
            Conflict.HolderFilter { Service: null } filter =>
                $"{Lead(taken)}, which bound it unshared, as {CauseWords.Of(filter.Why)}{Help(taken, Correct)}",
            Conflict.HolderFilter filter =>
                $"{Lead(taken)}, which bound it unshared, as of {filter.Service} {CauseWords.Of(filter.Why)}"
                + $"{Help(taken, Correct)}{Besides(taken)}",
            Conflict.HolderHasNoLibrary =>
                $"{Lead(taken)}, which does not share it, as the preload library is not in it"
                + $"{Help(taken, AnotherPort)}{Besides(taken)}",
            Conflict.HolderSharingOff off =>
                $"{Lead(taken)}, which does not share it, as {SharingOff(off)}"
                + $"{Help(taken, "set that, or take another port")}{Besides(taken)}",
            Conflict.Unexplained => $"{Lead(taken)}, which does not share it{Help(taken, AnotherPort)}{Besides(taken)}",
            _ => throw new InvalidOperationException($"no such conflict: {taken.Conflict}"),
        };
    }

    private static string Lead(Cause.PortTaken taken) => taken.Holder is { } holder
        ? $"{taken.Endpoint} is held by {Name(holder)}"
        : $"{taken.Endpoint} was taken when it was tried";

    private static string Past(Cause.PortTaken taken) => $"{taken.Endpoint} was held by somebody else when it was tried";

    private static string Name(Holder holder) => holder switch
    {
        { Worker: { } worker } => string.Create(CultureInfo.InvariantCulture, $"worker {worker} (process {holder.Pid})"),
        { Pid: { } pid } => string.Create(CultureInfo.InvariantCulture, $"{holder.Program} (process {pid})"),
        _ => "a process that cannot be seen",
    };

    private static string SharingOff(Conflict.HolderSharingOff off) => off.Service is null
        ? "'reuseport.reuse_port' is not true for it"
        : $"of {off.Service} 'reuseport.reuse_port' is not true";

    /// <summary>A remedy for the update comes before the usual one: the old and the new process cannot run together.</summary>
    private static string Help(Cause.PortTaken taken, string usual) =>
        taken.Remedy is { } remedy ? $": {UpdateWords.Of(remedy)}" : $"; {usual}";

    private static string Besides(Cause.PortTaken taken) => taken.Filter is null
        ? ""
        : $"; besides, {CauseWords.Of(taken.Filter)}, so this worker does not share it: {Correct}";

    private static string Next(NextTry? next) => next switch
    {
        null => "",
        { IsLate: false } => $", and it is tried again by itself, or at once by 'reuseportctl start {next.Service}'",
        // The process lives: it may try again, or the daemon stops it when it is late.
        _ => $", and it is tried again when it is late, or at once by 'reuseportctl restart {next.Service}'",
    };
}
