using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Looks at processes that get nothing new until they have nothing left: no connection on the ports that they share, nothing in
/// their queues. The kernel tells of neither by itself, so it is asked, once for all of them, while there are any.
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

    public TimeSpan? NextWait(TimeSpan now) => _draining.Count == 0 ? null : _next > now ? _next - now : TimeSpan.Zero;

    /// <returns>Those that hold more or fewer connections than at the look before.</returns>
    public IReadOnlyList<PlacedProcess> Pass(SockDiag diag, TimeSpan now)
    {
        if (_draining.Count == 0 || now < _next) return [];
        _next = now + Interval;
        var queues = AcceptQueues.Sample(diag, datagrams: _draining.Exists(process => process.Sockets.Exists(one => !one.Socket.IsStream)), out var errno);
        if (errno != Errno.None) return [];
        var connections = ConnectionCount.Take(diag, [.. _draining.SelectMany(process => process.Ports).Distinct()], out errno);
        if (errno != Errno.None) return [];
        return [.. _draining.Where(process => Look(process, queues, connections))];
    }

    /// <returns>Whether that has changed.</returns>
    private static bool Look(PlacedProcess process, Dictionary<ulong, QueueLength> queues, ConnectionCount connections)
    {
        var held = process.Waiting(queues, isStream: true) + connections.HeldBy(process.Placement.Tree());
        var hasChanged = held != process.Held;
        process.Held = held;
        process.Found(isEmpty: held == 0 && process.Waiting(queues, isStream: false) == 0);
        return hasChanged;
    }
}
