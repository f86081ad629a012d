using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>The steerer's record of a process.</summary>
internal sealed class PlacedProcess(Placement placement)
{
    public Placement Placement { get; set; } = placement;

    /// <summary>The process's sockets, each with its group.</summary>
    public List<(SharedGroup Group, SocketRecord Socket)> Sockets { get; } = [];

    private bool _wasEmpty;

    /// <summary>Open connections at the last look; -1 before the first.</summary>
    public long Held { get; set; } = -1;

    /// <summary>
    /// True if two looks in a row found no connection and no datagram. One look is not enough: between accept queue and file
    /// descriptor a connection is visible in neither.
    /// </summary>
    public bool IsEmpty { get; private set; }

    /// <summary>True if the process is to end with open connections.</summary>
    public bool IsReleased { get; set; }

    public void RecordLook(bool isEmpty) => (IsEmpty, _wasEmpty) = (isEmpty && _wasEmpty, isEmpty);

    public IEnumerable<SocketRecord> In(SharedGroup group) =>
        Sockets.Where(member => member.Group == group).Select(member => member.Socket);

    /// <summary>Moves the sockets of a group that was made anew.</summary>
    public void Move(SharedGroup from, SharedGroup to)
    {
        for (var at = 0; at < Sockets.Count; at++)
            if (Sockets[at].Group == from) Sockets[at] = (to, Sockets[at].Socket);
    }

    public IEnumerable<SharedGroup> Groups => Sockets.Select(member => member.Group).Distinct();

    public int[] Ports => [.. Sockets.Where(member => member.Socket.IsStream).Select(member => member.Socket.Port).Distinct()];

    public bool HasDatagrams => Sockets.Exists(member => !member.Socket.IsStream);

    /// <summary>Queued connections of TCP sockets, or queued bytes of UDP sockets.</summary>
    public long Waiting(IReadOnlyDictionary<ulong, QueueLength> queues, bool isStream) =>
        Sockets.Where(member => member.Socket.IsStream == isStream)
            .Sum(member => queues.GetValueOrDefault(member.Socket.Inode).Waiting);
}
