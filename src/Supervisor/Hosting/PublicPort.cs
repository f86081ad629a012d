using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Live;
using Reuseportd.Api.Metrics;
using Reuseportd.Api.Public;
using Reuseportd.Api.Routes;
using Reuseportd.Api.Streams;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>The ports of <c>listen</c>: metrics, health, status and events, for machines and people.</summary>
internal static class PublicPort
{
    /// <returns>The reason why the files of the configuration cannot be used; null if they can.</returns>
    public static string? ObstacleOf(ListenSpec spec)
    {
        if (spec.Addresses.Count == 0) return null;
        if (CertificateOf(spec)?.TryRead(out var unreadable) == false)
            return $"listen_tls: the certificate cannot be read: {unreadable}";
        return spec.TokenFile is { } path && new TokenFile(path).TryRead(out unreadable) is null
            ? $"listen_token_file: the token cannot be read: {unreadable}"
            : null;
    }

    /// <returns>The path of the token if each user of the host can read it; else null.</returns>
    public static string? OpenTokenOf(ListenSpec spec) =>
        spec.Addresses.Count > 0 && spec.TokenFile is { } path && new TokenFile(path).IsOpen ? path : null;

    public static MetricsCollector CollectorOf(IServiceProvider services, string version)
    {
        var initial = services.GetRequiredService<InitialFleet>();
        return new MetricsCollector(
            services.GetRequiredService<FleetControl>(), services.GetRequiredService<UsageReader>(),
            services.GetRequiredService<LostLines>(), initial.Fleet.Daemon.Listen.LabelsWorkers, initial.Started, version,
            TimeProvider.System)
        {
            LabelsChanged = services.GetRequiredService<ILogger>().WorkerLabels,
        };
    }

    /// <summary>Sends the metrics where <c>otlp_endpoint</c> says, until the daemon stops.</summary>
    public static async Task ExportAsync(WebApplication host, MetricsCollector collector, ILogger log)
    {
        if (host.Services.GetRequiredService<InitialFleet>().Fleet.Daemon.Listen.OtlpEndpoint is not { } endpoint) return;
        using var exporter = new OtlpExporter(collector, new Uri(endpoint), TimeProvider.System, log);
        await exporter.RunAsync(host.Lifetime.ApplicationStopping);
    }

    /// <returns>Null if no port is open.</returns>
    public static WebApplication? TryBuild(
        WebApplication host, MetricsCollector collector, EventRing ring, WorkerDetails details, string version, ILogger log)
    {
        var services = host.Services;
        var spec = services.GetRequiredService<InitialFleet>().Fleet.Daemon.Listen;
        var listeners = services.GetRequiredService<DaemonResources>().Listeners;
        (IListener, string)[] open =
        [
            .. from address in spec.Addresses
               let socket = listeners.Find(address)
               where socket is not null
               select (socket, address),
        ];
        if (open.Length == 0) return null;
        var pump = new LivePump(collector, ring, spec.HasDetails, TimeProvider.System);
        var routes = RoutesOf(services, spec, collector, pump, ring, details, version);
        var server = PublicServer.Build(open, routes, GatekeeperOf(spec, log), CertificateOf(spec, log.Certificate), log);
        _ = pump.RunAsync(server.Lifetime.ApplicationStopping);
        return server;
    }

    private static IReadOnlyList<PublicRoute> RoutesOf(
        IServiceProvider services,
        ListenSpec spec,
        MetricsCollector collector,
        LivePump pump,
        EventRing ring,
        WorkerDetails details,
        string version)
    {
        var (control, time) = (services.GetRequiredService<FleetControl>(), TimeProvider.System);
        var events = new EventStream(control, ring, time, services.GetRequiredService<StreamEnd>())
        {
            IsDiscreet = !spec.HasDetails,
        };
        return PublicApi.Routes(
            new MetricsHandler(collector),
            new Health(control, () => PingAsync(services.GetRequiredService<Mailbox>(), control), time),
            spec.HasDetails
                ? new Queries(control, details, version).StatusAsync
                : new StatusHandler(collector, version).ServeAsync,
            events.ServeAsync,
            new LiveStream(pump, time).ServeAsync);
    }

    private static CertificateFiles? CertificateOf(ListenSpec spec, Action<string?>? changed = null)
    {
        if (spec.Certificate is not { } files) return null;
        var read = new CertificateFiles(files.Chain, files.Key, changed);
        // Later files that cannot be used leave this certificate in place.
        _ = read.TryRead(out _);
        return read;
    }

    private static Gatekeeper GatekeeperOf(ListenSpec spec, ILogger log)
    {
        if (OpenTokenOf(spec) is { } open) log.TokenIsOpen(open);
        var token = spec.TokenFile is { } path ? new TokenFile(path, log.Token) : null;
        // A daemon that takes workers over starts without a token, too.
        _ = token?.Read();
        return new Gatekeeper(new RequestRules(["localhost", Environment.MachineName, .. spec.Hosts]), token);
    }

    /// <summary>After a hand-over, the loop of the next program turns.</summary>
    private static async Task PingAsync(Mailbox mailbox, FleetControl control)
    {
        var turned = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new Message.Ping(() => turned.SetResult(true)) { Refused = () => turned.SetResult(false) });
        if (!await turned.Task) _ = await control.SnapshotAsync(CancellationToken.None);
    }
}
