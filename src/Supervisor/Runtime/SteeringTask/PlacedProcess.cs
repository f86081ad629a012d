using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>A process as the steerer knows it.</summary>
internal sealed class PlacedProcess(Placement placement)
{
    public Placement Placement { get; set; } = placement;

    /// <summary>Its sockets, by the group that each is in.</summary>
    public List<(SharedGroup Group, SocketRecord Socket)> Sockets { get; } = [];

    private bool _wasEmpty;

    /// <summary>Connections that it had when it was last looked at; -1 before.</summary>
    public long Held { get; set; } = -1;

    /// <summary>
    /// Whether it has had neither connections nor datagrams at two looks in a row: between its queue and its descriptors a
    /// connection is in neither.
    /// </summary>
    public bool IsEmpty { get; private set; }

    /// <summary>It is to end whatever it has.</summary>
    public bool IsReleased { get; set; }

    public void Found(bool isEmpty) => (IsEmpty, _wasEmpty) = (isEmpty && _wasEmpty, isEmpty);

    public IEnumerable<SocketRecord> In(SharedGroup group) => Sockets.Where(one => one.Group == group).Select(one => one.Socket);

    /// <summary>A group has been made anew.</summary>
    public void Move(SharedGroup from, SharedGroup to)
    {
        for (var at = 0; at < Sockets.Count; at++)
            if (Sockets[at].Group == from) Sockets[at] = (to, Sockets[at].Socket);
    }

    public IEnumerable<SharedGroup> Groups => Sockets.Select(one => one.Group).Distinct();

    public int[] Ports => [.. Sockets.Where(one => one.Socket.IsStream).Select(one => one.Socket.Port).Distinct()];

    /// <summary>What waits in its sockets: connections of TCP, or bytes of UDP.</summary>
    public long Waiting(IReadOnlyDictionary<ulong, QueueLength> queues, bool isStream) =>
        Sockets.Where(one => one.Socket.IsStream == isStream).Sum(one => queues.GetValueOrDefault(one.Socket.Inode).Waiting);
}
