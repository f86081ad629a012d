using Reuseportd.Api.Contract;
using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>Documents of the sockets that workers bound; pure.</summary>
internal static class BindDocuments
{
    public static BindsDocument From(FleetSnapshot fleet, IReadOnlyList<BindCause> causes) => new(
        [
            .. fleet.Workers.SelectMany(worker => Sockets(worker)
                .Where(bind => bind.Socket is not null)
                .OrderBy(bind => bind.Socket!.Port)
                .ThenBy(bind => bind.Socket!.Type, StringComparer.Ordinal)
                .Select(bind => From(worker.Name, bind, bind.Socket!))),
        ],
        causes)
    {
        Untold =
        [
            .. from worker in fleet.Workers
               where IsUntold(worker)
               let text = SilenceWords.UnknownBinds(worker.OutcomesMissing, worker.KernelPorts)
               select new UntoldBinds(worker.Name.ToString(), worker.Pid!.Value, [.. worker.KernelPorts], text),
        ],
    };

    /// <summary>The kernel can show a port before the daemon knows that no outcome will come.</summary>
    private static bool IsUntold(WorkerSnapshot worker) => worker.Pid is not null
        && (worker.OutcomesMissing is not null || worker.KernelPorts.Count > 0)
        && worker.Binds.All(bind => bind.Socket is null);

    /// <summary>Sockets of the worker and of its replacement.</summary>
    private static IEnumerable<BindOutcome> Sockets(WorkerSnapshot worker) =>
        worker.Attempt is { Kind: AttemptKind.Replacement } replacement
            ? worker.Binds.Concat(replacement.Process.Binds)
            : worker.Binds;

    private static BoundSocket From(WorkerName worker, BindOutcome outcome, SocketOutcome socket) => new(
        worker.ToString(),
        outcome.Pid,
        socket.FileDescriptor < 0 ? null : socket.FileDescriptor,
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
