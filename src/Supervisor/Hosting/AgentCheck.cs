using Reuseportd.Api.Agent;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Hosting;

/// <summary>The ports of <c>agent_check</c>.</summary>
internal static class AgentCheck
{
    /// <summary>Answers on the ports that are open, until the result is disposed.</summary>
    public static AgentServer Start(
        OwnListeners listeners, DaemonSpec daemon, Func<CancellationToken, Task<FleetSnapshot>> snapshot)
    {
        TcpListeningSocket[] open = [.. daemon.AgentCheck.Select(listeners.Find).OfType<TcpListeningSocket>()];
        var server = new AgentServer(open, snapshot, TimeProvider.System);
        if (open.Length > 0) server.Start();
        return server;
    }
}
