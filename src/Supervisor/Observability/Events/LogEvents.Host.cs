using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Serilog;

namespace Reuseportd.Observability.Events;

/// <content>The host behind load balancers.</content>
internal static partial class LogEvents
{
    /// <summary>From now on the host is not ready for load balancers.</summary>
    public static void HostLeaves(this ILogger log, TimeSpan grace) =>
        log.ForContext(new EventDetails(EventKind.HostDrain)
                .With("REUSEPORT_PHASE", "leaving").With("REUSEPORT_SECONDS", grace.TotalSeconds))
            .Information("the host is not ready for load balancers; its workers drain in {grace}", DurationText.Of(grace));

    /// <summary>The grace time is over.</summary>
    public static void HostDrains(this ILogger log) =>
        log.ForContext(new EventDetails(EventKind.HostDrain).With("REUSEPORT_PHASE", "draining"))
            .Information("the host drains: all workers finish their connections, and end");

    /// <param name="after">Time since the host began to leave.</param>
    public static void HostDrained(this ILogger log, TimeSpan after) =>
        log.ForContext(new EventDetails(EventKind.HostDrained).With("REUSEPORT_SECONDS", after.TotalSeconds))
            .Information("the host is drained after {after}: no worker runs", DurationText.Of(after));

    /// <summary>A port of the daemon's own cannot be opened.</summary>
    /// <param name="key">The key of the configuration.</param>
    public static void NotListening(this ILogger log, string key, string address, Errno errno) =>
        log.ForContext(new EventDetails(EventKind.NotListening).With("REUSEPORT_KEY", key).With(errno)).Error(
            "{key}: the daemon cannot listen on {REUSEPORT_ADDRESS}: {error}", key, address, errno.ToString());

    /// <summary>The files of <c>listen_tls</c> have changed.</summary>
    /// <param name="refused">The reason why the certificate cannot be used; null if it is in use now.</param>
    public static void Certificate(this ILogger log, string? refused)
    {
        if (refused is null)
            log.Event(EventKind.Certificate).Information("listen_tls: new connections get the certificate of the files");
        else
            log.Event(EventKind.Certificate).Warning(
                "listen_tls: the changed certificate cannot be used, the former one stays: {REUSEPORT_REASON}", refused);
    }

    /// <summary>The file of <c>listen_token_file</c> has changed.</summary>
    /// <param name="refused">The reason why the token cannot be read; null if it can be again.</param>
    public static void Token(this ILogger log, string? refused)
    {
        if (refused is null)
            log.Event(EventKind.Token).Information("listen_token_file: the token can be read again");
        else
            log.Event(EventKind.Token).Warning(
                "listen_token_file: the token cannot be read, requests that need it get 503: {REUSEPORT_REASON}", refused);
    }

    public static void TokenIsOpen(this ILogger log, string path) =>
        log.Event(EventKind.Token).Warning(
            "listen_token_file: each user of this host can read {REUSEPORT_PATH}: chmod o-r", path);

    /// <summary>A service of <c>exit_on_failed</c> has a worker that is failed for good, so the daemon stops.</summary>
    public static void ServiceFailed(this ILogger log, WorkerName worker) =>
        log.ForContext(new EventDetails(EventKind.ServiceFailed).For(worker)).Error(
            "{worker} has failed for good, and {service} is in 'exit_on_failed': the daemon stops", worker, worker.Service);

    /// <param name="workers">Workers that start.</param>
    public static void HostTakenBack(this ILogger log, int workers) =>
        log.Event(EventKind.HostUndrain).Information("the host is taken back; {REUSEPORT_WORKERS} workers start", workers);
}
