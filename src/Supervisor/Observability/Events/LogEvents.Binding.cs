using Reuseportd.Model;
using Serilog;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <content>Reports of the preload library, and their absence.</content>
internal static partial class LogEvents
{
    /// <param name="pid">Pid of the worker's process, for a line without a pid.</param>
    public static void Outcome(this ILogger log, WorkerName worker, int pid, BindOutcome outcome)
    {
        switch (outcome)
        {
            case { Kind: OutcomeKind.Loaded }:
                log.ForContext(
                    new EventDetails(EventKind.Loaded).For(worker, outcome.Pid)
                        .With("REUSEPORT_METHOD", ShardingMethod.Preload.Word())).Debug(
                    "{worker}: preload library {REUSEPORT_VERSION} loaded by process {REUSEPORT_PID}",
                    worker, outcome.Subject, outcome.Pid);
                break;
            case { Kind: OutcomeKind.Bind, Socket: { } socket }:
                log.Bind(worker, outcome, socket);
                break;
            case { Kind: OutcomeKind.Listen, Socket: { } socket }:
                log.Listen(worker, outcome, socket);
                break;
            case { Kind: OutcomeKind.Lost, IsKernels: true }:
                log.ForContext(
                    new EventDetails(EventKind.OutcomesLost).For(worker, pid).With("REUSEPORT_COUNT", outcome.LostLines)).Warning(
                        "{worker}: the kernel dropped reports of bind and listen, because processes of the worker bind too often",
                        worker);
                break;
            case { Kind: OutcomeKind.Lost }:
                log.ForContext(
                    new EventDetails(EventKind.OutcomesLost).For(worker, outcome.Pid).With("REUSEPORT_COUNT", outcome.LostLines))
                    .Warning(
                        "{worker}: process {REUSEPORT_PID} dropped {lines} of the preload library, because its pipe was full",
                        worker, outcome.Pid, Count(outcome.LostLines, "line"));
                break;
            // An option was not set or a variable was not understood: the configured sharding is not in effect.
            default:
                log.Event(EventKind.LibraryError, worker, pid).Error(
                    "{worker}: preload library: {REUSEPORT_SUBJECT}: {REUSEPORT_RESULT}",
                    worker, outcome.Subject, outcome.Result);
                break;
        }
    }

    /// <param name="reason">Such as <c>statically linked</c>.</param>
    /// <param name="method">The method that reaches the process; its port is not shared if this is the library.</param>
    public static void NoPreload(this ILogger log, WorkerName worker, int pid, string reason, ShardingMethod method)
    {
        var isShared = method is not ShardingMethod.Preload;
        log.ForContext(new EventDetails(EventKind.NoPreload).For(worker, pid).With("REUSEPORT_METHOD", method.Word())).Write(
            isShared ? LogEventLevel.Information : LogEventLevel.Warning,
            "{worker}: no line from the preload library: {REUSEPORT_REASON}{more}", worker, reason,
            isShared ? $"; method {method.Word()} shares the port" : "");
    }

    /// <summary>Processes of a service use a method for the first time.</summary>
    /// <param name="reason">Reason for the method, and remedy.</param>
    public static void Method(this ILogger log, string service, ShardingMethod method, string reason, bool isWarning) =>
        log.ForContext(new EventDetails(EventKind.Method)
                .With("REUSEPORT_SERVICE", service).With("REUSEPORT_METHOD", method.Word()))
            .Write(
                isWarning ? LogEventLevel.Warning : LogEventLevel.Information,
                "{service}: method {method}: {REUSEPORT_REASON}", service, method.Word(), reason);

    /// <param name="pid">Pid of its process; 0 if none runs.</param>
    /// <param name="reason">Cause and remedy, for messages.</param>
    public static void Cause(this ILogger log, WorkerName worker, int pid, string reason) =>
        log.Event(EventKind.Cause, worker, pid).Warning("{worker}: {REUSEPORT_REASON}", worker, reason);

    public static void CausesUnknown(this ILogger log, string obstacle) =>
        log.Event(EventKind.Fault).Warning("the processes that hold workers' ports cannot be found: {obstacle}", obstacle);

    private static void Bind(this ILogger log, WorkerName worker, BindOutcome outcome, SocketOutcome socket) =>
        log.ForContext(Details(EventKind.Bind, worker, outcome, socket)
                .With("REUSEPORT_REUSEPORT", (int)socket.ReusePort)
                .With("REUSEPORT_REUSEADDR", (int)socket.ReuseAddress))
            .Write(
                Level(outcome), "{worker}: bind {endpoint}: {REUSEPORT_RESULT} ({fd}{more})",
                worker, socket.Endpoint, outcome.Result, Descriptor(socket), Unsharded(socket));

    private static void Listen(this ILogger log, WorkerName worker, BindOutcome outcome, SocketOutcome socket) =>
        log.ForContext(Details(EventKind.Listen, worker, outcome, socket)).Write(
            Level(outcome),
            "{worker}: listen {endpoint}: {REUSEPORT_RESULT} ({fd}, backlog {REUSEPORT_BACKLOG}{more})",
            worker, socket.Endpoint, outcome.Result, Descriptor(socket), socket.Backlog ?? 0, Unsharded(socket));

    private static EventDetails Details(EventKind kind, WorkerName worker, BindOutcome outcome, SocketOutcome socket)
    {
        var details = new EventDetails(kind).For(worker, outcome.Pid)
            .With("REUSEPORT_FAMILY", socket.Family)
            .With("REUSEPORT_TYPE", socket.Type)
            .With("REUSEPORT_ADDRESS", socket.Address)
            .With("REUSEPORT_PORT", socket.Port)
            .With("REUSEPORT_INODE", socket.Inode)
            .With("REUSEPORT_MATCHED", socket.Matched ? 1 : 0);
        if (socket.FileDescriptor >= 0) details.With("REUSEPORT_FD", socket.FileDescriptor);
        if (socket.Device is not null) details.With("REUSEPORT_DEVICE", socket.Device);
        return outcome.Succeeded ? details : details.With(Errno.TryParse(outcome.Result));
    }

    /// <summary>The kernel reports calls without their descriptors.</summary>
    private static string Descriptor(SocketOutcome socket) =>
        socket.FileDescriptor < 0 ? "seen by the kernel" : $"fd {socket.FileDescriptor}";

    private static LogEventLevel Level(BindOutcome outcome) =>
        outcome.Succeeded ? LogEventLevel.Information : LogEventLevel.Warning;

    private static string Unsharded(SocketOutcome socket) => socket.Matched ? "" : ", not sharded";
}
