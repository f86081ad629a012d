using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for the reasons why an update did not replace a worker or stopped, and for the remedies.</summary>
internal static class UpdateWords
{
    /// <summary>For a new process that ended without a known failure.</summary>
    public const string Unexplained = "the new process stopped by itself";

    /// <param name="worker">The worker that was not replaced.</param>
    public static string Of(UpdateObstacle obstacle, WorkerSnapshot worker) => obstacle switch
    {
        UpdateObstacle.ReplacementFailed => $"not replaced: {Process(worker.Attempt?.Process)}",
        UpdateObstacle.UpdateStopped stopped => $"not replaced: the update stopped at {Of(stopped.Cause)}",
        UpdateObstacle.TooFewReady few => $"not replaced: {TooFew(few.Ready, few.Wanted)}",
        UpdateObstacle.UpdatePaused paused =>
            $"not replaced yet: the update is paused; 'reuseportctl resume {paused.Service}' continues it"
            + (paused.IsChange ? $", 'reuseportctl rollback {paused.Service}' undoes it" : ""),
        _ => throw new InvalidOperationException($"no such obstacle: {obstacle}"),
    };

    public static string Of(UpdateStop stop) => stop switch
    {
        UpdateStop.ReplacementFailed failed => $"{failed.Worker}: {Process(failed.Process)}",
        UpdateStop.TooFewReady few => TooFew(few.Ready, few.Wanted),
        _ => throw new InvalidOperationException($"no such cause: {stop}"),
    };

    public static string Of(UpdateRemedy remedy)
    {
        var stop = $"'reuseportctl stop {remedy.Service}'";
        var then = remedy.Then switch
        {
            RemedyVerb.Start => $"'reuseportctl start {remedy.Service}'",
            RemedyVerb.Restart => $"'reuseportctl restart {remedy.Service}'",
            _ when remedy.NeedsStart => $"'reuseportctl apply' and 'reuseportctl start {remedy.Service}'",
            _ => "'reuseportctl apply'",
        };
        if (remedy.Then == RemedyVerb.ApplyFormerFile) return $"restore the former file of {remedy.Service}, {stop}, then {then}";
        return $"{stop}, then {then}"
               + (remedy.CanStopFirst ? ", or set 'update: { order: stop-first, max_unavailable: 1 }'" : "");
    }

    private static string Process(WorkerSnapshot? failed) => (failed is null ? null : WorkerDetail.Own(failed)) ?? Unexplained;

    private static string TooFew(int ready, int wanted) => $"only {ready} of {wanted} workers are ready";
}
