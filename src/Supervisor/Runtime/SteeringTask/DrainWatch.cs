using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Watches draining processes until no connection is open on their shared ports and their queues are empty. If the kernel counts
/// the connections of a process, it reports the end of the last one. A process is polled if it has datagrams, or connections
/// that another worker's listener had got: these are counted for that worker. All such processes are polled together.
/// </summary>
/// <param name="programs">The BPF programs that count connections; null without them.</param>
internal sealed class DrainWatch(ShardingPrograms? programs)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Between looks at a count. They make up for a report that was lost.</summary>
    private static readonly TimeSpan SlowInterval = TimeSpan.FromSeconds(1);

    private readonly List<PlacedProcess> _polled = [];
    private readonly Dictionary<ulong, PlacedProcess> _counted = [];
    private readonly DeadlineQueue<PlacedProcess> _settling = new();
    private TimeSpan _next;

    public void Add(PlacedProcess process, TimeSpan now)
    {
        if (!process.HasDatagrams && Connections(process) is not null)
        {
            _counted[process.Placement.Process] = process;
            // A handshake that has begun before may still become a connection.
            _settling.Add(process, now + Interval);
            return;
        }

        Poll(process, now);
    }

    private void Poll(PlacedProcess process, TimeSpan now)
    {
        if (_polled.Count == 0) _next = now + Interval;
        _polled.Add(process);
    }

    public void Remove(PlacedProcess process)
    {
        if (_counted.Remove(process.Placement.Process)) programs!.StopDrain(process.Placement.Process);
        else _polled.Remove(process);
    }

    public TimeSpan? NextWait(TimeSpan now) =>
        Waits.Shorter(_settling.NextWait(now), _polled.Count == 0 ? null : Waits.Until(_next, now));

    /// <summary>Handles the report that the last connection of a process has ended.</summary>
    /// <returns>False if the process is not watched.</returns>
    public bool HandleIdle(ulong process, SockDiag diag, TimeSpan now)
    {
        if (!_counted.TryGetValue(process, out var idle)) return false;
        LookAtCount(idle, diag, now);
        return true;
    }

    /// <returns>Processes whose number of connections has changed since the last look.</returns>
    public IReadOnlyList<PlacedProcess> Check(SockDiag diag, TimeSpan now)
    {
        List<PlacedProcess> changed = [];
        while (_settling.TryTake(now, out var process, out _))
        {
            if (!_counted.ContainsKey(process.Placement.Process)) continue;
            if (LookAtCount(process, diag, now)) changed.Add(process);
            if (!process.IsEmpty) _settling.Add(process, now + SlowInterval);
        }

        if (_polled.Count == 0 || now < _next) return changed;
        _next = now + Interval;
        var queues = AcceptQueues.Sample(diag, datagrams: _polled.Exists(process => process.HasDatagrams), out var errno);
        if (errno != Errno.None) return changed;
        var connections = ConnectionCount.Read(diag, [.. _polled.SelectMany(process => process.Ports).Distinct()], out errno);
        if (errno != Errno.None) return changed;
        changed.AddRange(_polled.Where(process => Look(process, queues, connections)));
        return changed;
    }

    private ulong? Connections(PlacedProcess process) => programs?.ConnectionsOf(process.Placement.Group);

    /// <summary>Reads the kernel's count, and asks for the report of its end.</summary>
    /// <returns>True if the number of connections has changed.</returns>
    private bool LookAtCount(PlacedProcess process, SockDiag diag, TimeSpan now)
    {
        // The request precedes the look: the count may become zero in between.
        _ = programs!.Drain(process.Placement.Process);
        var held = (long)(Connections(process) ?? 0);
        var hasChanged = held != process.Held;
        process.Held = held;
        if (held > 0) return hasChanged;
        if (!HasInherited(process, diag))
        {
            process.RecordIdle();
            return hasChanged;
        }

        Remove(process);
        Poll(process, now);
        return hasChanged;
    }

    /// <summary>
    /// True if the process has connections that do not count for it: they have migrated from another worker's listener.
    /// </summary>
    private static bool HasInherited(PlacedProcess process, SockDiag diag)
    {
        var connections = ConnectionCount.Read(diag, process.Ports, out var errno);
        return errno == Errno.None && connections.HeldBy(process.Placement.Tree()) > 0;
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
