using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Binds;

/// <summary>
/// Finds the ports of workers that write no outcome lines: <c>debug: false</c>, stderr elsewhere or closed, a program without the
/// library. The kernel does not notify of new listeners. So it is polled while such a worker starts, with one query for all of
/// them. Lines of other workers may be lost, so workers that start slowly are polled too.
/// </summary>
internal sealed class SocketWatch(Mailbox mailbox) : IDeadlineOwner
{
    /// <summary>
    /// The first interval. Later intervals grow, as the cost of reading /proc grows with the number of processes.
    /// </summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Delay before a worker with outcome lines is polled; at most half of its readiness timeout. Most workers are ready earlier.
    /// A child that serves writes no line if its stderr goes to its parent.
    /// </summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<ulong, WorkerProcess> _starting = [];
    private readonly DeadlineQueue<WorkerProcess> _delayed = new();
    private TimeSpan _interval;
    private TimeSpan _next;
    private volatile bool _isQuerying;

    public void Watch(WorkerProcess process, TimeSpan now) => Watch(process, now, Shortest);

    private void Watch(WorkerProcess process, TimeSpan now, TimeSpan first)
    {
        if (!process.IsStarting || process.Slot.Policy.Readiness is ReadinessSpec.Delay) return;
        if (!_starting.TryAdd(process.Serial, process)) return;
        if (_starting.Count == 1 || first < _interval) _interval = first;
        // Never later: workers that restart again and again must not delay the next query for others.
        var soon = now + _interval;
        if (_starting.Count == 1 || soon < _next) _next = soon;
    }

    /// <summary>
    /// Polls a worker with outcome lines after a delay. If its last lines are lost, no further line reports that.
    /// </summary>
    public void WatchLater(WorkerProcess process, TimeSpan now)
    {
        var half = process.Slot.Policy.Readiness.Timeout / 2;
        _delayed.Add(process, now + (half < LongestDelay ? half : LongestDelay));
    }

    /// <summary>Polls a worker that is not ready after half of its readiness timeout: an outcome may have been lost.</summary>
    public void WatchAtHalf(WorkerProcess process, TimeSpan now) =>
        _delayed.Add(process, now + process.Slot.Policy.Readiness.Timeout / 2);

    public TimeSpan? NextWait(TimeSpan now) =>
        Waits.Shorter(_delayed.NextWait(now), _starting.Count == 0 ? null : Waits.Until(_next, now));

    public void HandleDue(TimeSpan now)
    {
        while (_delayed.TryTake(now, out var process, out _)) Watch(process, now, LongestDelay);
        if (_starting.Count == 0 || now < _next) return;
        _interval = TimeSpan.FromTicks(Math.Min(_interval.Ticks * 5 / 4, Longest.Ticks));
        _next = now + _interval;
        foreach (var process in _starting.Values.Where(process => !process.IsStarting).ToArray())
            _starting.Remove(process.Serial);
        if (_starting.Count == 0 || _isQuerying) return;
        _isQuerying = true;
        var queried = _starting.Values
            .Select(process => (
                process.Serial, Tree: process.Tree(isReaped: false), process.Slot.Policy.Ports, Others: Unmatched(process)))
            .ToArray();
        Task.Run(() => Query(queried));
    }

    /// <summary>Sockets that an outcome line reported as not matching the filter.</summary>
    private static HashSet<ulong> Unmatched(WorkerProcess process) =>
        [.. process.Binds.Where(bind => bind.Socket is { Matched: false }).Select(bind => bind.Socket!.Inode)];

    private void Query((ulong Serial, TreeRoot Tree, PortFilter Ports, HashSet<ulong> Others)[] queried)
    {
        try
        {
            var serving = SockDiag.Serving();
            if (!serving.Exists(socket => queried.Any(worker => worker.Ports.Contains(socket.Port)))) return;
            var table = ProcessTable.Read();
            foreach (var (serial, tree, ports, others) in queried)
            {
                var held = SocketHolders.Of(ProcessTree.Members(tree, table, _ => true).Select(member => member.Pid));
                held.ExceptWith(others);
                var own = serving.Where(socket => held.Contains(socket.Inode) && ports.Contains(socket.Port));
                int[] served = [.. own.Select(socket => socket.Port)];
                if (served.Length > 0) mailbox.Post(new BindMessage.PortsSeen(serial, new([.. served])));
            }
        }
        finally
        {
            _isQuerying = false;
        }
    }

    /// <summary>Queries the ports of the process's filter that it serves at this moment.</summary>
    public void Check(WorkerProcess process)
    {
        var (serial, tree, ports) = (process.Serial, process.Tree(isReaped: false), process.Slot.Policy.Ports);
        var known = process.Served.Sockets.Select(socket => socket.Inode).ToHashSet();
        Task.Run(() =>
        {
            ValueList<int>? served = null;
            try
            {
                served = Served(known, tree, ports);
            }
            finally
            {
                // A missing answer would keep the worker from becoming ready.
                mailbox.Post(new BindMessage.PortsChecked(serial, served));
            }
        });
    }

    /// <summary>
    /// Tries the sockets from outcome lines first. The process's descriptors are examined only if those do not cover all ports.
    /// </summary>
    /// <returns>Null if there is no sock_diag.</returns>
    private static ValueList<int>? Served(HashSet<ulong> known, TreeRoot tree, PortFilter filter)
    {
        List<SocketRecord> serving = [];
        try
        {
            using var diag = new SockDiag();
            if (diag.Listeners(serving) != Errno.None || diag.Datagrams(serving) != Errno.None) return null;
        }
        catch (LinuxException)
        {
            return null;
        }

        serving.RemoveAll(socket => !filter.Contains(socket.Port));
        var ports = Ports(known);
        var coverage = ports.Aggregate(PortCoverage.None(filter), (served, port) => served.With(port));
        if (coverage.IsWhole) return ports;
        var members = ProcessTree.Members(tree, ProcessTable.Read(), _ => true);
        return Ports(SocketHolders.Of(members.Select(member => member.Pid)).Union(known));

        ValueList<int> Ports(IEnumerable<ulong> inodes)
        {
            var own = inodes.ToHashSet();
            return new([.. serving.Where(socket => own.Contains(socket.Inode)).Select(socket => socket.Port).Distinct()]);
        }
    }
}
