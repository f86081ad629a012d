using Reuseportd.Linux.Sockets;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>What the kernel says of ports that are taken, and who is who.</summary>
/// <param name="holders">Of the ports that are taken.</param>
/// <param name="fleet">All workers, whoever is asked about: a neighbour may be the holder.</param>
/// <param name="nameOf">A user by number, as people read it: <c>root (0)</c>.</param>
/// <param name="hasOption">Whether the sockets of a worker that runs have SO_REUSEPORT, by what the kernel says.</param>
internal sealed class PortFacts(
    IReadOnlyList<PortHolder> holders, FleetSnapshot fleet, Func<uint, string> nameOf, Predicate<WorkerSnapshot> hasOption)
{
    private readonly Lazy<Dictionary<int, WorkerSnapshot>> _byPid = new(() => Running(fleet).DistinctBy(worker => worker.Pid).ToDictionary(worker => worker.Pid!.Value));

    /// <summary>A socket is known by its inode, whichever child of its worker has it now.</summary>
    private readonly Lazy<ILookup<ulong, WorkerSnapshot>> _byInode = new(() => Running(fleet)
        .SelectMany(worker => worker.Binds.Where(bind => bind is { Succeeded: true, Socket: not null }).Select(bind => (bind.Socket!.Inode, Worker: worker)))
        .ToLookup(one => one.Inode, one => one.Worker));

    public IReadOnlyList<PortHolder> Holders { get; } = holders;

    public string NameOf(uint user) => nameOf(user);

    /// <summary>The worker that holds it; null for a stranger.</summary>
    public WorkerSnapshot? WorkerOf(PortHolder holder) =>
        _byInode.Value[holder.Inode].FirstOrDefault() ?? (holder.Pid is { } pid ? _byPid.Value.GetValueOrDefault(pid) : null);

    /// <summary>
    /// Whether the program of a worker without the library sets SO_REUSEPORT itself: its own sockets or those of another worker of
    /// the service have the option, or two of them serve one port.
    /// </summary>
    public bool SharesByItself(WorkerSnapshot worker) => worker.Silence is not null && (ServesWithAnother(worker)
        || fleet.Workers.Any(one =>
            one is { Silence: not null, Pid: not null } && one.Name.Service == worker.Name.Service && hasOption(one)));

    private bool ServesWithAnother(WorkerSnapshot worker) => worker is { State: "ready", KernelPorts.Count: > 0 } && fleet.Workers.Any(other =>
        other is { State: "ready", Silence: not null } && other.Name != worker.Name && other.Name.Service == worker.Name.Service
        && other.KernelPorts.Any(worker.KernelPorts.Contains));

    /// <summary>Those that are to replace others, too.</summary>
    private static IEnumerable<WorkerSnapshot> Running(FleetSnapshot fleet) =>
        fleet.Workers.Concat(fleet.Workers.Select(worker => worker.Attempt?.Process).OfType<WorkerSnapshot>()).Where(worker => worker.Pid is not null);
}
