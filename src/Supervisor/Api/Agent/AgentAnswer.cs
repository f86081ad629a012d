using System.Globalization;
using Reuseportd.Diagnosis;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Agent;

/// <summary>
/// The answer to an agent check of HAProxy, one line (HAProxy's configuration manual, <c>agent-check</c>). <c>ready</c> cancels
/// an earlier <c>drain</c> or <c>maint</c>. Pure.
/// </summary>
internal static class AgentAnswer
{
    /// <param name="service">Empty for the host.</param>
    public static string Of(FleetSnapshot fleet, string service) => fleet.Host.State switch
    {
        // Clients that the balancer binds to this host may still come.
        HostState.Leaving => "drain\n",
        HostState.Draining or HostState.Drained or HostState.Stopping => "maint\n",
        _ => Of(service.Length == 0 ? HostReadiness.Of(fleet) : HostReadiness.Of(fleet, service)),
    };

    private static string Of(Readiness? readiness) => readiness switch
    {
        null => "down #no such service\n",
        { Reason: { } reason } => $"down #{reason}\n",
        _ => string.Create(CultureInfo.InvariantCulture, $"up ready {readiness.Percent}%\n"),
    };
}
