using Reuseportd.Model;

namespace Reuseportd.Planning.RollingUpdates;

/// <summary>
/// The commands for new processes that cannot run beside the old ones: stop the service, then <paramref name="Then"/>. The
/// daemon does not run these commands itself, as they interrupt the service.
/// </summary>
/// <param name="NeedsStart">True if the user must start the service after an apply.</param>
/// <param name="CanStopFirst">True if an update with order stop-first is another remedy.</param>
internal sealed record UpdateRemedy(string Service, RemedyVerb Then, bool NeedsStart, bool CanStopFirst)
{
    public static UpdateRemedy For(RemedyVerb then, ServiceSpec service) => new(
        service.Name,
        then,
        // An apply does not start a service without autostart.
        NeedsStart: then == RemedyVerb.Apply && !service.Autostart,
        CanStopFirst: then != RemedyVerb.ApplyFormerFile && service is { Workers: 1, Update.Order: UpdateOrder.StartFirst });
}

internal enum RemedyVerb
{
    Start,

    Restart,

    Apply,

    /// <summary>Apply, after the user has restored the former file of the service.</summary>
    ApplyFormerFile,
}
