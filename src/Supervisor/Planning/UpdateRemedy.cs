using Reuseportd.Model;

namespace Reuseportd.Planning;

/// <summary>
/// How a user gets new processes that cannot run beside the old ones: stop the service, then <paramref name="Then"/>. The daemon
/// does not do this on its own, as it interrupts the service.
/// </summary>
/// <param name="NeedsStart">Whether the service has to be started after an apply.</param>
/// <param name="CanStopFirst">Whether an update with order stop-first would help as well.</param>
internal sealed record UpdateRemedy(string Service, RemedyVerb Then, bool NeedsStart, bool CanStopFirst)
{
    public static UpdateRemedy For(RemedyVerb then, ServiceSpec service) => new(
        service.Name,
        then,
        // An apply does not start a service that a user started by hand.
        NeedsStart: then == RemedyVerb.Apply && !service.Autostart,
        CanStopFirst: then != RemedyVerb.ApplyFormerFile && service is { Workers: 1, Update.Order: UpdateOrder.StartFirst });
}

internal enum RemedyVerb
{
    Start,

    Restart,

    Apply,

    /// <summary>Apply, once the file of the service has its former content.</summary>
    ApplyFormerFile,
}
