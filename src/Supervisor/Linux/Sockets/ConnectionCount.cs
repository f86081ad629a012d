using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// The connections on some ports at one moment, for counting by worker. Only accepted connections count: waiting connections
/// belong to the group, see <see cref="AcceptQueues"/>.
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

    /// <summary>True if the kernel reports cgroups of connections.</summary>
    public bool KnowsCgroups => _inodes.Count == 0 || !_byCgroup.ContainsKey(0);

    public int All => _inodes.Count;

    /// <param name="ports">The sharded ports of the workers. A single port is faster than several.</param>
    public static ConnectionCount Read(SockDiag diag, IReadOnlyCollection<int> ports, out Errno errno)
    {
        var connections = new List<HeldConnection>();
        errno = diag.Connections(ports.Count == 1 ? ports.First() : 0, connections);
        return new ConnectionCount(connections.Where(connection => ports.Contains(connection.Port)));
    }

    /// <summary>
    /// Connections of the processes in this cgroup v2, identified by the inode of its directory. A connection counts for the
    /// cgroup of its listener; after a migration, for that of the listener that closed.
    /// </summary>
    public int HeldBy(ulong cgroup) => _byCgroup.GetValueOrDefault(cgroup);

    /// <summary>
    /// The exact number, from the descriptors of these processes, at one readlink(2) each. A connection that two workers hold
    /// counts for both.
    /// </summary>
    public int HeldBy(IEnumerable<int> pids) => _inodes.Count == 0 ? 0 : SocketHolders.Of(pids).Count(_inodes.Contains);
}
