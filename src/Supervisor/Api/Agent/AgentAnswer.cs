using System.Globalization;
using Reuseportd.Diagnosis;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Agent;

/// <summary>
/// The answer to an agent check of HAProxy, one line (HAProxy's configuration manual, <c>agent-check</c>). Pure.
/// </summary>
internal static class AgentAnswer
{
    /// <summary>
    /// The time after a start or an undrain in which answers have <c>ready</c>. It cancels an earlier <c>drain</c> or
    /// <c>maint</c>, also that of the operator of HAProxy, so later answers do not have it.
    /// </summary>
    private static readonly TimeSpan ReadyFor = TimeSpan.FromSeconds(60);

    /// <param name="service">Empty for the host.</param>
    public static string For(FleetSnapshot fleet, string service) => fleet.Host.State switch
    {
        // Clients that the balancer binds to this host may still come.
        HostState.Leaving => "drain\n",
        HostState.Draining or HostState.Drained or HostState.Stopping => "maint\n",
        _ => For(
            service.Length == 0 ? HostReadiness.Of(fleet) : HostReadiness.Of(fleet, service),
            fleet.Now - fleet.Host.Since < ReadyFor ? " ready" : ""),
    };

    private static string For(Readiness? readiness, string ready) => readiness switch
    {
        null => $"down{ready} #no such service\n",
        { Reason: { } reason } => $"down{ready} #{reason}\n",
        _ => string.Create(CultureInfo.InvariantCulture, $"up{ready} {readiness.Percent}%\n"),
    };
}
