using Reuseportd.Linux.Processes;
using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>What there is to know of a process whose sockets take part in groups of port sharding.</summary>
/// <param name="Process">Serial number.</param>
/// <param name="Sockets">
/// As its library said, by inode; empty where no lines come, as of a process whose child serves with a stderr of its own: then the
/// descriptors of its tree are looked at.
/// </param>
internal sealed record Placement(
    ulong Process,
    WorkerName Worker,
    int Pid,
    PortFilter Ports,
    Balance Balance,
    int Workers,
    StallSpec Stall,
    IReadOnlyDictionary<ulong, (int Pid, int Descriptor)> Sockets)
{
    /// <returns>Null for a process that has nothing to take part with.</returns>
    public static Placement? Of(WorkerProcess process)
    {
        var (slot, spec) = (process.Slot, process.Slot.Spec);
        var sockets = new Dictionary<ulong, (int, int)>();
        foreach (var (inode, pid, descriptor) in process.Serving) sockets[inode] = (pid, descriptor);
        var isHeard = spec.Process is { Reuseport.Debug: true, Stderr: OutputTarget.Journal or OutputTarget.File };
        if (sockets.Count == 0 && isHeard && process.KernelPorts.Count == 0) return null;
        var reuseport = spec.Process.Reuseport;
        return new Placement(
            process.Serial, slot.Name, process.Handle.Pid, reuseport.Ports, reuseport.Balance, spec.Workers, spec.Stall, sockets);
    }

    /// <summary>The worker's processes now, its own first.</summary>
    public IEnumerable<int> Tree() => ProcessDescendants.Of(Pid);

    /// <summary>Its sockets among those that serve.</summary>
    public IEnumerable<SocketRecord> Own(IReadOnlyList<SocketRecord> listing)
    {
        var candidates = listing.Where(socket => Ports.Contains(socket.Port));
        if (Sockets.Count > 0) return candidates.Where(socket => Sockets.ContainsKey(socket.Inode));
        var held = SocketHolders.Of(Tree());
        return candidates.Where(socket => held.Contains(socket.Inode));
    }

    public SharedSocket Share(ulong inode) => Sockets.TryGetValue(inode, out var said)
        ? new SharedSocket(inode, Tree, said.Pid, said.Descriptor)
        : new SharedSocket(inode, Tree);
}
