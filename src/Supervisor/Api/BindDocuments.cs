using Reuseportd.Api.Contract;
using Reuseportd.Model;
using Reuseportd.Runtime;

namespace Reuseportd.Api;

/// <summary>What workers bound; pure.</summary>
internal static class BindDocuments
{
    public static BindsDocument Of(FleetSnapshot fleet, IReadOnlyList<BindCause> causes) => new(
        [
            .. fleet.Workers.SelectMany(worker => worker.Binds
                .Where(bind => bind.Socket is not null)
                .OrderBy(bind => bind.Socket!.Port)
                .Select(bind => Of(worker.Name, bind, bind.Socket!))),
        ],
        causes);

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
