using Reuseportd.Api.Agent;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Snapshots;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>The ports of <c>agent_check</c>.</summary>
internal static class AgentCheck
{
    /// <summary>Opens the ports.</summary>
    /// <param name="isFirst">False if workers of an earlier daemon run. They matter more than a port.</param>
    /// <returns>The reason why the daemon cannot start; null if it can.</returns>
    public static async Task<string?> OpenAsync(TcpListeners listeners, DaemonSpec daemon, bool isFirst, ILogger log)
    {
        string? obstacle = null;
        foreach (var address in daemon.AgentCheck)
        {
            var errno = await listeners.OpenAsync(address);
            if (errno == Errno.None) continue;
            log.NotListening("agent_check", address, errno);
            if (isFirst) obstacle = $"agent_check: the daemon cannot listen on {address}: {errno}";
        }

        return obstacle;
    }

    /// <summary>Answers on the ports that are open, until the result is disposed.</summary>
    public static AgentServer Start(
        TcpListeners listeners, DaemonSpec daemon, Func<CancellationToken, Task<FleetSnapshot>> snapshot)
    {
        TcpListeningSocket[] open = [.. daemon.AgentCheck.Select(listeners.Find).OfType<TcpListeningSocket>()];
        var server = new AgentServer(open, snapshot, TimeProvider.System);
        if (open.Length > 0) server.Start();
        return server;
    }
}
