using Reuseportd.Planning;

namespace Reuseportd.Runtime.Updates;

/// <summary>What a user reads about a worker that is not replaced. No other file of the updates has text for users.</summary>
internal static class UpdateWording
{
    /// <param name="cause">Why the update stopped; null while it has not.</param>
    public static string Reason(NotReplaced why, string service, string? cause) => why switch
    {
        NotReplaced.TooFewReady few => $"only {few.Ready} of {few.Wanted} workers are ready",
        NotReplaced.UpdateStopped => $"the update stopped at {cause}",
        NotReplaced.UpdatePaused { CanRollBack: true } =>
            $"the update is paused; 'reuseportctl resume {service}' goes on, 'reuseportctl rollback {service}' goes back",
        NotReplaced.UpdatePaused => $"the update is paused; 'reuseportctl resume {service}' goes on",
        // The worker's process ended well, as it was asked to or on its own.
        NotReplaced.ProcessFailed => "it stopped by itself",
        _ => throw new InvalidOperationException($"no such reason: {why}"),
    };

    public static string Remedy(UpdateRemedy remedy)
    {
        var service = remedy.Service;
        if (remedy.Then == RemedyVerb.ApplyFormerFile)
            return $"change its file back, 'reuseportctl stop {service}', then 'reuseportctl apply'";
        var then = remedy.Then switch
        {
            RemedyVerb.Start => $"'reuseportctl start {service}'",
            RemedyVerb.Restart => $"'reuseportctl restart {service}'",
            _ when remedy.NeedsStart => $"'reuseportctl apply' and 'reuseportctl start {service}'",
            _ => "'reuseportctl apply'",
        };
        var orStopFirst = remedy.CanStopFirst ? ", or set 'update: { order: stop-first, max_unavailable: 1 }'" : "";
        return $"'reuseportctl stop {service}', then {then}{orStopFirst}";
    }
}
