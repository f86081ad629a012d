using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// The connections on some ports at one moment, to be counted by worker. Accepted ones only: what waits in a listener's queue is
/// the group's still, see <see cref="AcceptQueues"/>.
/// </summary>
internal sealed class ConnectionCount
{
    private readonly Dictionary<ulong, int> _byCgroup = [];
    private readonly HashSet<ulong> _inodes = [];

    private ConnectionCount(IEnumerable<HeldConnection> connections)
    {
        foreach (var connection in connections)
        {
            if (!connection.IsAccepted) continue;
            _inodes.Add(connection.Inode);
            _byCgroup[connection.Cgroup] = _byCgroup.GetValueOrDefault(connection.Cgroup) + 1;
        }
    }

    /// <summary>Whether the kernel tells cgroups of connections.</summary>
    public bool KnowsCgroups => _inodes.Count == 0 || !_byCgroup.ContainsKey(0);

    public int All => _inodes.Count;

    /// <param name="ports">The sharded ones of whom is to be counted. One of them is quicker than several.</param>
    public static ConnectionCount Take(SockDiag diag, IReadOnlyCollection<int> ports, out Errno errno)
    {
        var connections = new List<HeldConnection>();
        errno = diag.Connections(ports.Count == 1 ? ports.First() : 0, connections);
        return new ConnectionCount(connections.Where(connection => ports.Contains(connection.Port)));
    }

    /// <summary>
    /// Of the workers' processes in this cgroup v2, which is the inode of its directory. A connection counts for the cgroup of
    /// the listener that it came by; one that was migrated before it was accepted counts for the listener that closed.
    /// </summary>
    public int HeldBy(ulong cgroup) => _byCgroup.GetValueOrDefault(cgroup);

    /// <summary>
    /// Exact: by the descriptors of these processes, at a readlink(2) each. Connections that were handed to a process of another
    /// worker count for both while both have them.
    /// </summary>
    public int HeldBy(IEnumerable<int> pids) => _inodes.Count == 0 ? 0 : SocketHolders.Of(pids).Count(_inodes.Contains);
}
