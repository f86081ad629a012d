using System.Globalization;
using Reuseportd.Linux.Spawning;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>What there is to say of a process of a worker that is not the one it is shown by; pure.</summary>
/// <param name="SaysSilence">Whether it says of the worker's own process that the preload library is not in it.</param>
internal sealed record Tried(Attempt Attempt, string Words, bool SaysSilence)
{
    private const string NoPair = "neither it nor the process that it was to replace has the preload library, so the two cannot have one port";

    /// <returns>Null where the worker's own detail says all.</returns>
    public static Tried? Of(WorkerSnapshot worker, PortFacts facts)
    {
        if (worker.Attempt is not { } attempt || worker.State == "stopped") return null;
        var process = attempt.Process;
        if (attempt.Kind == AttemptKind.LastTry)
            return TakenPort.Of(process) is { } taken ? new(attempt, $"the last try: {TakenPort.Cause(process, taken, facts)}", SaysSilence: false) : null;

        var isSilent = worker.Silence is not null;
        string[] causes = isSilent && IsKeptOut(process.Silence) && !facts.SharesByItself(worker) && attempt.WayOut is { } wayOut
            ? [$"{NoPair}: {wayOut}"]
            : [.. BindCauses.Of(process, facts, attempt)];
        // Else it is said without the kernel's help.
        if (attempt.Kind == AttemptKind.Replacement && causes.Length == 0) return null;
        var lead = attempt.Kind == AttemptKind.FailedReplacement ? "not replaced" : string.Create(CultureInfo.InvariantCulture, $"its replacement {process.Pid} is {process.State}");
        return new(attempt, $"{lead}: {BindCauses.Joined([BindCauses.Detail(process), .. causes]) ?? "it stopped by itself"}", isSilent && causes.Length > 0);
    }

    /// <summary>Whether it cannot have shared a port, unless by its own doing.</summary>
    private static bool IsKeptOut(PreloadReason? silence) => silence is not (null or PreloadReason.LoadedSilently or PreloadReason.ExitedBeforeMain or PreloadReason.Unknown);
}
