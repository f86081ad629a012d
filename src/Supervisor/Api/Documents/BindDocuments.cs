using Reuseportd.Api.Contract;
using Reuseportd.Model;
using Reuseportd.Runtime.Readiness;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>What workers bound; pure.</summary>
internal static class BindDocuments
{
    public static BindsDocument Of(FleetSnapshot fleet, IReadOnlyList<BindCause> causes) => new(
        [
            .. fleet.Workers.SelectMany(worker => Sockets(worker)
                .Where(bind => bind.Socket is not null)
                .OrderBy(bind => bind.Socket!.Port)
                .ThenBy(bind => bind.Socket!.Type, StringComparer.Ordinal)
                .Select(bind => Of(worker.Name, bind, bind.Socket!))),
        ],
        causes)
    {
        Untold =
        [
            .. fleet.Workers.Where(worker => worker is { Pid: not null, Unheard: not null } && worker.Binds.All(bind => bind.Socket is null))
                .Select(worker => new UntoldBinds(worker.Name.ToString(), worker.Pid!.Value, [.. worker.KernelPorts], $"not told: {Why(worker)}{Seen(worker)}")),
        ],
    };

    /// <summary>And those of what is to take its place.</summary>
    private static IEnumerable<BindOutcome> Sockets(WorkerSnapshot worker) =>
        worker.Attempt is { Kind: AttemptKind.Replacement } replacement ? worker.Binds.Concat(replacement.Process.Binds) : worker.Binds;

    private static string Why(WorkerSnapshot worker) => worker.Unheard switch
    {
        Unheard.Silenced => "'reuseport.debug' is false",
        Unheard.Elsewhere => "'stderr' does not come to the daemon",
        _ => "the preload library is not in it",
    };

    private static string Seen(WorkerSnapshot worker) => worker.KernelPorts.Count == 0
        ? ""
        : $"; by what the kernel says it serves port {string.Join(',', worker.KernelPorts)}";

    private static BoundSocket Of(WorkerName worker, BindOutcome outcome, SocketOutcome socket) => new(
        worker.ToString(),
        outcome.Pid,
        socket.FileDescriptor,
        socket.Inode,
        outcome.Kind == OutcomeKind.Listen ? "listen" : "bind",
        socket.Family,
        socket.Type,
        socket.Address,
        socket.Port,
        socket.Matched,
        new SocketOptions(Set(socket.ReusePort), Set(socket.ReuseAddress), socket.Device, socket.Backlog),
        outcome.Result);

    private static bool? Set(OptionSetting setting) => setting switch
    {
        OptionSetting.Set => true,
        OptionSetting.Clear => false,
        _ => null,
    };
}
