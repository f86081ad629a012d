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

namespace Reuseportd.Hosting;

/// <summary>The ports of <c>listen</c>: metrics, health, status and events, for machines and people.</summary>
internal static class PublicPort
{
    /// <summary>Opens the ports.</summary>
    /// <param name="isFirst">False if workers of an earlier daemon run. They matter more than a port.</param>
    /// <returns>The reason why the daemon cannot start; null if it can.</returns>
    public static async Task<string?> OpenAsync(TcpListeners listeners, ListenSpec spec, bool isFirst)
    {
        foreach (var address in spec.Addresses)
        {
            var errno = await listeners.OpenAsync(address);
            if (errno != Errno.None && isFirst) return $"listen: the daemon cannot listen on {address}: {errno}";
        }

        return null;
    }

    /// <returns>Null if no port is open.</returns>
    public static WebApplication? TryBuild(
        WebApplication host, LogOutput output, EventRing ring, WorkerDetails details, string version)
    {
        var services = host.Services;
        var spec = services.GetRequiredService<InitialFleet>().Fleet.Daemon.Listen;
        var listeners = services.GetRequiredService<DaemonResources>().Listeners;
        (IListener, string)[] open =
        [
            .. from address in spec.Addresses
               let socket = listeners.Find(address)
               where socket is not null
               select ((IListener)socket, address),
        ];
        if (open.Length == 0) return null;
        var (control, time) = (services.GetRequiredService<FleetControl>(), TimeProvider.System);
        var collector = new MetricsCollector(
            control, services.GetRequiredService<UsageReader>(), output.Lines.Lost, spec.LabelsWorkers, version, time);
        var pump = new LivePump(collector, ring, spec.HasDetails, time);
        var routes = RoutesOf(services, spec, collector, pump, ring, details, version);
        var server = PublicServer.Build(open, routes, GatekeeperOf(spec), output.Logger);
        _ = pump.RunAsync(server.Lifetime.ApplicationStopping);
        return server;
    }

    private static IReadOnlyList<PublicRoute> RoutesOf(
        IServiceProvider services, ListenSpec spec, MetricsCollector collector, LivePump pump, EventRing ring,
        WorkerDetails details, string version)
    {
        var (control, time) = (services.GetRequiredService<FleetControl>(), TimeProvider.System);
        var events = new EventStream(control, ring, time, services.GetRequiredService<StreamEnd>())
        {
            IsDiscreet = !spec.HasDetails,
        };
        return PublicApi.Routes(
            new MetricsHandler(collector),
            new Health(control, () => PingAsync(services.GetRequiredService<Mailbox>()), time),
            spec.HasDetails
                ? new Queries(control, details, version).StatusAsync
                : new StatusHandler(collector, version).ServeAsync,
            events.ServeAsync,
            new LiveStream(pump, time).ServeAsync);
    }

    private static Gatekeeper GatekeeperOf(ListenSpec spec) => new(
        new RequestRules(["localhost", Environment.MachineName, .. spec.Hosts]),
        spec.TokenFile is { } path ? new TokenFile(path) : null);

    private static Task PingAsync(Mailbox mailbox)
    {
        var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new Message.Ping(turned.SetResult));
        return turned.Task;
    }
}
