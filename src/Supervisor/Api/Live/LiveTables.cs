using Reuseportd.Api.Documents;
using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Live;

/// <summary>
/// The tables of the page. Values change seldom by themselves: moments are times on the daemon's clock and no durations, and
/// figures are rounded. Pure.
/// </summary>
internal static class LiveTables
{
    private const int MemoryStep = 64 << 10;

    private static readonly LiveField<LiveSource>[] DaemonFields =
    [
        new("version", source => source.Facts.Own.Version),
        new("host", source => HostWords.Of(source.Facts.Fleet.Host.State)),
        new("why", source => HostReadiness.Of(source.Facts.Fleet).Reason),
        new("pending", source => source.Facts.IsPending),
        new("steering", source => source.Facts.Shares.Way),
        new("memory", source => Memory(source.Facts.Own.Memory)),
        new("cpu", source => Rates.Percent(source.Former?.Own.CpuSeconds, source.Facts.Own.CpuSeconds, source.Time)),
        new("adopted", source => source.Facts.Fleet.Adoption?.At.TotalSeconds is { } at ? Math.Round(at, 1) : default(double?)),
    ];

    private static readonly LiveField<ServiceSource>[] ServiceFields =
    [
        new("ready", source => source.Sum.Ready),
        new("wanted", source => source.Service.Overrides.Wanted(source.Service.Spec.Workers)),
        new("workers", source => source.Sum.Workers),
        new("restarts", source => source.Sum.Restarts),
        new("cpu", source => source.CpuPercent),
        new("memory", source => Memory(source.Sum.Memory)),
        new("open", source => source.Sum.Open),
        new("given", source => source.Given),
        new("queue", source => source.Sum.Queue),
        new("queue_limit", source => source.Sum.QueueLimit),
        new("update_done", source => source.Service.Update?.Done),
        new("update_of", source => source.Service.Update?.Count),
        new("update_paused", source => source.Service.Update is { IsPaused: true }),
        new("rollback", source => source.Service.Update is { IsRollback: true }),
        new("update_failure", UpdateFailure),
    ];

    private static readonly LiveField<WorkerSource>[] WorkerFields =
    [
        new("state", source => StateWords.Of(source.Worker.State)),
        new("pid", source => source.Worker.Pid),
        new("generation", source => source.Worker.Generation),
        new("restarts", source => source.Worker.Restarts),
        new("started", source => Seconds(source.Worker.Started)),
        new("next_try", source => Seconds(source.Worker.NextTry)),
        new("last_exit", source => source.Worker.LastExit?.ToString()),
        new("detail", Detail),
        new("trouble", Trouble),
        new("binds", source => Binds(source.Worker)),
        new("updating", source => source.Worker.IsUpdating),
        new("draining", source => source.Worker.Draining),
        new("cpu", source => source.CpuPercent),
        new("memory", source => Memory(source.Usage?.Memory)),
        new("open", source => source.Usage?.Open),
        new("given", source => source.Given),
        new("queue", source => source.Usage?.Queue),
        new("queue_limit", source => source.Usage?.QueueLimit),
    ];

    public static readonly LiveTable NoDaemon = Empty(DaemonFields);
    public static readonly LiveTable NoServices = Empty(ServiceFields);
    public static readonly LiveTable NoWorkers = Empty(WorkerFields);

    /// <summary>One row.</summary>
    public static LiveTable Daemon(LiveSource source) => NoDaemon with
    {
        Rows = new Dictionary<string, LiveValue[]> { ["daemon"] = LiveField<LiveSource>.Row(DaemonFields, source) },
    };

    public static LiveTable Services(LiveSource source) => NoServices with
    {
        Rows = source.Facts.Fleet.Services.ToDictionary(
            service => service.Spec.Name,
            service => LiveField<ServiceSource>.Row(ServiceFields, new ServiceSource(source, service))),
    };

    public static LiveTable Workers(LiveSource source) => NoWorkers with
    {
        Rows = source.Facts.Fleet.Workers.ToDictionary(
            worker => worker.Name.ToString(),
            worker => LiveField<WorkerSource>.Row(WorkerFields, new WorkerSource(source, worker))),
    };

    private static LiveTable Empty<T>(LiveField<T>[] fields) =>
        new([.. fields.Select(field => field.Name)], new Dictionary<string, LiveValue[]>());

    private static LiveValue Seconds(TimeSpan? at) => at is { } time ? (LiveValue)Math.Round(time.TotalSeconds, 1) : default;

    private static LiveValue Memory(double? bytes) =>
        bytes is { } known ? (LiveValue)(Math.Round(known / MemoryStep) * MemoryStep) : default;

    private static LiveValue Detail(WorkerSource source)
    {
        var detail = WorkerDetail.Of(source.Worker);
        // Most workers need no explanation, and no copy for it.
        return detail is null || source.From.HasDetails ? detail : WorkerDetail.Of(Discreet.Of(source.Worker));
    }

    private static LiveValue Trouble(WorkerSource source)
    {
        var trouble = WorkerDetail.Trouble(source.Worker);
        return trouble is null || source.From.HasDetails ? trouble : WorkerDetail.Trouble(Discreet.Of(source.Worker));
    }

    private static LiveValue UpdateFailure(ServiceSource source)
    {
        if (source.Service.Update?.Failure is not { } failure) return default;
        return UpdateWords.Of(source.From.HasDetails ? failure : Discreet.Of(failure));
    }

    /// <summary>A line for each outcome.</summary>
    private static LiveValue Binds(WorkerSnapshot worker)
    {
        var lines = worker.Binds.Where(bind => bind.Socket is not null).Select(bind =>
            $"{(bind.Kind == OutcomeKind.Listen ? "listen" : "bind")} {bind.Socket!.Endpoint}: {bind.Result}");
        return string.Join('\n', lines) is { Length: > 0 } all ? all : default(string);
    }
}
