using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Watches draining processes until no connection is open on their shared ports and their queues are empty. The kernel does not
/// notify of either, so the watch polls, once for all draining processes.
/// </summary>
internal sealed class DrainWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    private readonly List<PlacedProcess> _draining = [];
    private TimeSpan _next;

    public void Add(PlacedProcess process, TimeSpan now)
    {
        if (_draining.Count == 0) _next = now + Interval;
        _draining.Add(process);
    }

    public void Remove(PlacedProcess process) => _draining.Remove(process);

    public TimeSpan? NextWait(TimeSpan now) => _draining.Count == 0 ? null : Waits.Until(_next, now);

    /// <returns>Processes whose number of connections has changed since the last look.</returns>
    public IReadOnlyList<PlacedProcess> Check(SockDiag diag, TimeSpan now)
    {
        if (_draining.Count == 0 || now < _next) return [];
        _next = now + Interval;
        var queues = AcceptQueues.Sample(diag, datagrams: _draining.Exists(process => process.HasDatagrams), out var errno);
        if (errno != Errno.None) return [];
        var connections = ConnectionCount.Read(diag, [.. _draining.SelectMany(process => process.Ports).Distinct()], out errno);
        if (errno != Errno.None) return [];
        return [.. _draining.Where(process => Look(process, queues, connections))];
    }

    /// <returns>True if the number of connections has changed.</returns>
    private static bool Look(PlacedProcess process, Dictionary<ulong, QueueLength> queues, ConnectionCount connections)
    {
        var held = process.Waiting(queues, isStream: true) + connections.HeldBy(process.Placement.Tree());
        var hasChanged = held != process.Held;
        process.Held = held;
        process.RecordLook(isEmpty: held == 0 && process.Waiting(queues, isStream: false) == 0);
        return hasChanged;
    }
}
