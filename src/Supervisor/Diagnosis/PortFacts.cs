using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Facts of the kernel on the ports of failed binds, and facts of the daemon on its workers.</summary>
/// <param name="holders">Sockets on those ports.</param>
/// <param name="fleet">All workers, as another worker may hold the port.</param>
/// <param name="nameOf">Name and number of a user: <c>root (0)</c>.</param>
/// <param name="hasOption">True if the kernel shows SO_REUSEPORT on the sockets of a running worker.</param>
/// <param name="isLocal">True if an interface has the address.</param>
internal sealed class PortFacts(
    IReadOnlyList<PortHolder> holders,
    FleetSnapshot fleet,
    Func<uint, string> nameOf,
    Predicate<WorkerSnapshot> hasOption,
    Predicate<string> isLocal)
{
    private readonly Lazy<Dictionary<int, WorkerSnapshot>> _byPid = new(() =>
        Running(fleet).DistinctBy(worker => worker.Pid).ToDictionary(worker => worker.Pid!.Value));

    /// <summary>An inode identifies a socket in any process of the worker.</summary>
    private readonly Lazy<ILookup<ulong, WorkerSnapshot>> _byInode = new(() => Running(fleet)
        .SelectMany(worker => worker.Binds
            .Where(bind => bind is { Succeeded: true, Socket: not null })
            .Select(bind => (bind.Socket!.Inode, Worker: worker)))
        .ToLookup(one => one.Inode, one => one.Worker));

    public IReadOnlyList<PortHolder> Holders { get; } = holders;

    /// <summary>True if the daemon can give CAP_NET_BIND_SERVICE to workers.</summary>
    public bool CanGiveLowPorts { get; init; } = true;

    public string NameOf(uint user) => nameOf(user);

    public bool IsLocal(string address) => isLocal(address);

    /// <summary>The worker that has the socket; null if no worker has it.</summary>
    public WorkerSnapshot? WorkerOf(PortHolder holder) =>
        _byInode.Value[holder.Inode].FirstOrDefault() ?? (holder.Pid is { } pid ? _byPid.Value.GetValueOrDefault(pid) : null);

    /// <summary>
    /// True if the program of a worker without the library sets SO_REUSEPORT itself. Then two workers of the service serve one
    /// port, or the kernel shows the option on the sockets of one of the service's workers.
    /// </summary>
    public bool SharesByItself(WorkerSnapshot worker) => worker.Silence is not null && (ServesWithAnother(worker)
        || fleet.Workers.Any(one =>
            one is { Silence: not null, Pid: not null } && one.Name.Service == worker.Name.Service && hasOption(one)));

    private bool ServesWithAnother(WorkerSnapshot worker) =>
        worker is { State: WorkerState.Ready, KernelPorts.Count: > 0 } && fleet.Workers.Any(other =>
            other is { State: WorkerState.Ready, Silence: not null } && other.Name != worker.Name
            && other.Name.Service == worker.Name.Service && other.KernelPorts.Any(worker.KernelPorts.Contains));

    /// <summary>Workers and their replacements.</summary>
    private static IEnumerable<WorkerSnapshot> Running(FleetSnapshot fleet) =>
        fleet.Workers.Concat(fleet.Workers.Select(worker => worker.Attempt?.Process).OfType<WorkerSnapshot>())
            .Where(worker => worker.Pid is not null);
}
