using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>The facts about a process that steering needs to place its sockets in groups.</summary>
/// <param name="Process">Serial number.</param>
/// <param name="Group">Inode of the control group that has the BPF programs; 0 without them.</param>
/// <param name="Sockets">
/// Sockets from outcome lines, by inode. Empty if no lines come, for example if a child serves with its own stderr. The
/// descriptors of the process tree are examined in that case.
/// </param>
internal sealed record Placement(
    ulong Process,
    WorkerName Worker,
    int Pid,
    PortFilter Ports,
    Balance Balance,
    int Workers,
    StallSpec Stall,
    ulong Group,
    IReadOnlyDictionary<ulong, (int Pid, int Descriptor)> Sockets)
{
    /// <summary>Null if the tree of the process is its descendants alone.</summary>
    public TreeRoot? Root { get; init; }

    /// <returns>Null if the process has no socket that can join a group.</returns>
    public static Placement? From(WorkerProcess process)
    {
        var (slot, spec) = (process.Slot, process.Slot.Spec);
        var sockets = new Dictionary<ulong, (int, int)>();
        foreach (var (inode, pid, descriptor) in process.Served.Sockets) sockets[inode] = (pid, descriptor);
        var isHeard = process.Method.IsObserved || spec.Process is { Reuseport.Debug: true, Stderr.IsPipe: true };
        if (sockets.Count == 0 && isHeard && process.Served.KernelPorts.Count == 0) return null;
        var reuseport = spec.Process.Reuseport;
        return new Placement(
            process.Serial, slot.Name, process.Handle.Pid, reuseport.Ports, reuseport.Balance, spec.Workers, spec.Stall,
            process.Method.UsesKernel ? process.GroupId : 0, sockets) { Root = process.Tree(isReaped: false) };
    }

    /// <summary>
    /// The pids of the process and its present descendants. A process whose parent has ended is none of these any more: it is
    /// found by an outcome line that named it.
    /// </summary>
    public IEnumerable<int> Tree()
    {
        var descendants = ProcessDescendants.Of(Pid);
        var orphans = Sockets.Values.Select(socket => socket.Pid).Distinct().Except(descendants);
        return descendants.Concat(orphans.Where(pid => Root?.Holds(pid) == true));
    }

    /// <summary>The process's sockets in a listing of serving sockets.</summary>
    public IEnumerable<SocketRecord> SocketsIn(IReadOnlyList<SocketRecord> listing)
    {
        var candidates = listing.Where(socket => Ports.Contains(socket.Port));
        if (Sockets.Count > 0) return candidates.Where(socket => Sockets.ContainsKey(socket.Inode));
        var held = SocketHolders.Of(Tree());
        return candidates.Where(socket => held.Contains(socket.Inode));
    }

    public SharedSocket SharedSocketFor(SocketRecord socket) => Sockets.TryGetValue(socket.Inode, out var said)
        ? new SharedSocket(socket.Inode, Tree, said.Pid, said.Descriptor) { Cookie = socket.Cookie }
        : new SharedSocket(socket.Inode, Tree) { Cookie = socket.Cookie };
}
