using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Readiness;

/// <summary>
/// Readiness of workers that write no outcome lines (<c>debug: false</c>, stderr elsewhere or closed, a program without the
/// library): the kernel is asked which ports they serve. It tells of no new listener by itself, so it is asked again and again,
/// but only while such a worker starts, and once for all of them. Lines of other workers may be lost, so these are asked about
/// if they start for long.
/// </summary>
internal sealed class SocketWatch(Mailbox mailbox) : IDeadlineOwner
{
    /// <summary>
    /// Of the first questions. Each further one comes later, as looking into /proc costs with the processes that there are.
    /// </summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A worker whose lines come is asked about after half of its readiness timeout, or after this time, and less often: most start
    /// within it, and of the others some are only slow. A child that serves and whose stderr goes to its parent writes no lines.
    /// </summary>
    private static readonly TimeSpan Trust = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<ulong, WorkerProcess> _starting = [];
    private readonly DeadlineQueue<WorkerProcess> _trusted = new();
    private TimeSpan _interval;
    private TimeSpan _next;
    private volatile bool _asking;

    public void Expect(WorkerProcess process, TimeSpan now) => Expect(process, now, Shortest);

    private void Expect(WorkerProcess process, TimeSpan now, TimeSpan first)
    {
        if (!process.IsStarting || process.Slot.Policy.Readiness is ReadinessSpec.Delay) return;
        if (!_starting.TryAdd(process.Serial, process)) return;
        if (_starting.Count == 1 || first < _interval) _interval = first;
        // Only ever sooner: workers that come again and again must not put off the question for the others.
        var soon = now + _interval;
        if (_starting.Count == 1 || soon < _next) _next = soon;
    }

    /// <summary>For a worker whose outcome lines come: its last ones may be lost, and then no further line says so.</summary>
    public void ExpectLater(WorkerProcess process, TimeSpan now)
    {
        var half = process.Slot.Policy.Readiness.Timeout / 2;
        _trusted.Add(process, now + (half < Trust ? half : Trust));
    }

    public TimeSpan? NextWait(TimeSpan now)
    {
        var trusted = _trusted.NextWait(now);
        if (_starting.Count == 0) return trusted;
        var next = _next > now ? _next - now : TimeSpan.Zero;
        return trusted < next ? trusted : next;
    }

    public void Pass(TimeSpan now)
    {
        while (_trusted.TryTake(now, out var process, out _)) Expect(process, now, Trust);
        if (_starting.Count == 0 || now < _next) return;
        _interval = TimeSpan.FromTicks(Math.Min(_interval.Ticks * 5 / 4, Longest.Ticks));
        _next = now + _interval;
        foreach (var process in _starting.Values.Where(process => !process.IsStarting).ToArray()) _starting.Remove(process.Serial);
        if (_starting.Count == 0 || _asking) return;
        _asking = true;
        var asked = _starting.Values
            .Select(process => (
                process.Serial, Tree: process.Tree(isReaped: false), process.Slot.Policy.Ports, Others: Unmatched(process)))
            .ToArray();
        Task.Run(() => Ask(asked));
    }

    /// <summary>Sockets of which a line said that they are not to be shared, as their address is another.</summary>
    private static HashSet<ulong> Unmatched(WorkerProcess process) =>
        [.. process.Binds.Where(bind => bind.Socket is { Matched: false }).Select(bind => bind.Socket!.Inode)];

    private void Ask((ulong Serial, TreeRoot Tree, PortFilter Ports, HashSet<ulong> Others)[] asked)
    {
        try
        {
            var serving = SockDiag.Serving();
            if (!serving.Exists(socket => asked.Any(one => one.Ports.Contains(socket.Port)))) return;
            var table = ProcessTable.Read();
            foreach (var (serial, tree, ports, others) in asked)
            {
                var held = SocketHolders.Of(ProcessTree.Members(tree, table, _ => true).Select(member => member.Pid));
                held.ExceptWith(others);
                int[] served = [.. serving.Where(socket => held.Contains(socket.Inode) && ports.Contains(socket.Port)).Select(socket => socket.Port)];
                if (served.Length > 0) mailbox.Post(new ReadinessMessage.PortsSeen(serial, new([.. served])));
            }
        }
        finally
        {
            _asking = false;
        }
    }

    /// <summary>Asks which ports of its filter the process serves at this moment.</summary>
    public void Check(WorkerProcess process)
    {
        var (serial, tree, ports) = (process.Serial, process.Tree(isReaped: false), process.Slot.Policy.Ports);
        var known = process.Serving.Select(socket => socket.Inode).ToHashSet();
        Task.Run(() =>
        {
            ValueList<int>? served = null;
            try
            {
                served = Served(known, tree, ports);
            }
            finally
            {
                // Without an answer the worker would not get ready.
                mailbox.Post(new ReadinessMessage.PortsChecked(serial, served));
            }
        });
    }

    /// <summary>By the sockets that its lines told of; its descriptors are looked at only where these are not enough.</summary>
    /// <returns>Null where there is no sock_diag.</returns>
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
        return coverage.IsWhole
            ? ports
            : Ports(SocketHolders.Of(ProcessTree.Members(tree, ProcessTable.Read(), _ => true).Select(member => member.Pid)).Union(known));

        ValueList<int> Ports(IEnumerable<ulong> inodes)
        {
            var own = inodes.ToHashSet();
            return new([.. serving.Where(socket => own.Contains(socket.Inode)).Select(socket => socket.Port).Distinct()]);
        }
    }
}
