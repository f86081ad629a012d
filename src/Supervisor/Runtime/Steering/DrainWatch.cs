using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Runtime;

/// <summary>
/// Looks at processes that get nothing new until they have nothing left: no connection on the ports that they share, nothing in their
/// queues. The kernel tells of neither by itself, so it is asked, once for all of them, while there are any.
/// </summary>
internal sealed class DrainWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    private readonly List<PlacedProcess> _draining = [];
    private readonly List<PlacedProcess> _empty = [];
    private TimeSpan _next;

    public void Add(PlacedProcess process, TimeSpan now)
    {
        if (_draining.Count == 0) _next = now + Interval;
        _draining.Add(process);
    }

    public void Remove(PlacedProcess process) => _draining.Remove(process);

    public TimeSpan? NextWait(TimeSpan now) => _draining.Count == 0 ? null : _next > now ? _next - now : TimeSpan.Zero;

    /// <returns>Those that hold more or less than at the look before.</returns>
    public IReadOnlyList<PlacedProcess> Pass(SockDiag diag, TimeSpan now)
    {
        if (_draining.Count == 0 || now < _next) return [];
        _next = now + Interval;
        var queues = AcceptQueues.Sample(diag, datagrams: _draining.Exists(process => process.Sockets.Exists(one => !one.Socket.IsStream)), out var errno);
        if (errno != Errno.None) return [];
        var connections = ConnectionCount.Take(diag, [.. _draining.SelectMany(process => process.Ports).Distinct()], out errno);
        if (errno != Errno.None) return [];
        return [.. _draining.ToArray().Where(process => Look(process, queues, connections))];
    }

    /// <summary>Those that were found to have nothing left since this was called last.</summary>
    public IReadOnlyList<PlacedProcess> TakeEmpty()
    {
        PlacedProcess[] empty = [.. _empty];
        _empty.Clear();
        return empty;
    }

    /// <returns>Whether that has changed.</returns>
    private bool Look(PlacedProcess process, Dictionary<ulong, QueueLength> queues, ConnectionCount connections)
    {
        var (before, held) = (process.Held, process.Waiting(queues) + connections.HeldBy(process.Placement.Tree()));
        process.Held = held;
        // Twice: between its queue and its descriptors a connection is in neither.
        if (held == 0 && before == 0 && _draining.Remove(process)) _empty.Add(process);
        return held != before;
    }
}
