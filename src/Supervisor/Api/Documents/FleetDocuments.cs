using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>Documents of snapshots and results; pure.</summary>
internal static class FleetDocuments
{
    /// <param name="counts">Connections of each worker that is counted.</param>
    public static StatusDocument From(
        FleetSnapshot fleet, string version, IReadOnlyDictionary<WorkerName, GivenCounts>? counts = null) =>
        new(
            version,
            fleet.Now.TotalSeconds,
            [.. fleet.Workers.Select(worker => From(worker, fleet.Now, CountsOf(worker, counts)))])
        {
            Host = fleet.Host is { State: not HostState.Serving } host
                ? new HostStatus(HostWords.Of(host.State), (host.DrainsAt - fleet.Now)?.TotalSeconds)
                : null,
            Adopted = fleet.Adoption is { } adoption
                ? new AdoptedWorkers(adoption.Workers, adoption.Of, (fleet.Now - adoption.At).TotalSeconds)
                : null,
            Scaled = Scaled(fleet) is { Length: > 0 } scaled ? scaled : null,
            Updates = Updates(fleet) is { Length: > 0 } updates ? updates : null,
        };

    private static ServiceUpdate[] Updates(FleetSnapshot fleet) =>
    [
        .. from service in fleet.Services
           let update = service.Update
           where update is not null
           select new ServiceUpdate(service.Spec.Name, update.Done, update.Count, update.IsPaused)
           {
               Rollback = update.IsRollback ? true : null,
               Failure = update.Failure is { } failure ? UpdateWords.Of(failure) : null,
           },
    ];

    private static ScaledService[] Scaled(FleetSnapshot fleet) =>
    [
        .. fleet.Services.Where(service => service.Spec.Workers != service.Declared.Workers)
            .Select(service => new ScaledService(service.Spec.Name, service.Spec.Workers, service.Declared.Workers)),
    ];

    private static GivenCounts? CountsOf(WorkerSnapshot worker, IReadOnlyDictionary<WorkerName, GivenCounts>? counts) =>
        counts is not null && counts.TryGetValue(worker.Name, out var found) ? found : null;

    public static CommandDocument From(CommandResult result) => new(
        [.. result.Workers.Select(From)],
        result.TimedOut)
    {
        Cut = result.Cut,
    };

    private static CommandOutcome From(CommandEnd end) => new(
        end.Name.ToString(),
        end.IsRemoved ? CommandOutcome.Removed : StateWords.Of(end.State),
        end.Ok,
        end.Pid,
        end.Generation,
        CommandWords.Of(end))
    {
        Untouched = end.IsUntouched ? true : null,
        Paused = end.IsPostponed ? true : null,
    };

    public static ApplyDocument From(ApplyResult result) => Change(result) with
    {
        NotReopened = [.. result.Unopened.Select(file => new UnopenedLog(file.Path, file.Errno.ToString()))],
    };

    private static ApplyDocument Change(ApplyResult result) => result.Done is { } done
        ? new(
            [], done.Added, done.Changed, done.Removed, done.Unchanged, done.Counts.Ready, done.Counts.Workers, result.Warnings,
            [.. done.NotReady.Select(Unready)])
        {
            TimedOut = done.TimedOut,
            Cut = done.Cut,
            RolledBack = [.. done.RolledBack],
        }
        : new(result.Errors, 0, 0, 0, 0, 0, 0, result.Warnings, []);

    private static UnreadyWorker Unready(WorkerSnapshot worker) =>
        new(worker.Name.ToString(), StateWords.Of(worker.State), WorkerDetail.Of(worker))
        {
            Paused = worker.IsPostponed ? true : null,
        };

    private static WorkerStatus From(WorkerSnapshot worker, TimeSpan now, GivenCounts? counts) => new(
        worker.Name.ToString(),
        StateWords.Of(worker.State),
        worker.Pid,
        worker.Generation,
        worker.Restarts,
        (now - worker.Started)?.TotalSeconds,
        (worker.NextTry - now)?.TotalSeconds,
        worker.LastExit?.ToString(),
        WorkerDetail.Of(worker),
        [.. worker.Binds.Where(bind => bind.Socket is not null).Select(bind => From(bind, bind.Socket!))])
    {
        Service = worker.Name.Service,
        Index = worker.Name.Index,
        KernelPorts = worker is { Pid: not null, KernelPorts.Count: > 0 } ? [.. worker.KernelPorts] : null,
        Updating = worker.IsUpdating ? true : null,
        LastLine = worker.LastWords?.Line,
        Draining = worker.Draining,
        Method = MethodWords.Word(worker),
        Given = counts?.Given,
        Migrated = counts?.Migrated,
        ReadySeconds = (now - worker.ReadySince)?.TotalSeconds,
    };

    private static BindStatus From(BindOutcome outcome, SocketOutcome socket) => new(
        outcome.Kind == OutcomeKind.Listen ? "listen" : "bind",
        socket.Type,
        socket.Address,
        socket.Port,
        socket.Matched,
        outcome.Result);
}
