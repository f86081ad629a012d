using System.Net;
using System.Net.Sockets;

namespace EndToEnd.Tests.Public;

/// <summary>The daemon's ends of connections, as the kernel has them.</summary>
internal static class DaemonEnds
{
    private const string Established = "01";

    /// <summary>Clients whose connection the daemon has not ended. To read the table takes some time.</summary>
    public static int CountOpen(IEnumerable<Socket> clients)
    {
        var ends = clients.Select(client => $":{((IPEndPoint)client.LocalEndPoint!).Port:X4}").ToHashSet();
        return File.ReadLines("/proc/net/tcp").Count(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, var remote, Established, ..]
            && ends.Contains(remote[^5..]));
    }
}
