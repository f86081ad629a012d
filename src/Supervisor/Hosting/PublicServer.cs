using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Public;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// The HTTP server of <c>listen</c>. It is separate from the one of the control socket: its limits are for strangers, and a
/// flood of connections here does not reach the control socket.
/// </summary>
internal static class PublicServer
{
    /// <summary>One address cannot take all connections.</summary>
    private static readonly GateRule Connections = new(MostOfOne: 384, MostOfAll: 512);

    /// <summary>Requests of one address that run, and that wait.</summary>
    private const int Turns = 32;

    private const int Waiting = 192;

    /// <param name="sockets">Sockets that listen, with the text of their addresses.</param>
    public static WebApplication Build(
        IEnumerable<(IListener Socket, string Address)> sockets,
        IReadOnlyList<PublicRoute> routes,
        Gatekeeper gatekeeper,
        CertificateFiles? certificate,
        ILogger log)
    {
        var gate = new AddressGate(Connections, Turns, Waiting, TimeProvider.System);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(server =>
        {
            Limit(server);
            foreach (var (socket, address) in sockets)
                server.Listen(new ListeningEndPoint(socket, address, gate), listen => Configure(
                    listen, ListenSpec.PathOf(address) is null ? certificate : null));
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSerilog(log);
        builder.Services.AddSingleton<IConnectionListenerFactory, ListeningTransport>();
        // The daemon handles the signals.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var server = builder.Build();
        PublicApi.Map(server, routes, gatekeeper, new AnswerLimits(TimeProvider.System));
        return server;
    }

    private static void Configure(ListenOptions listen, CertificateFiles? certificate)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(ConnectionGate.Guard);
        if (certificate is null) return;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = async _ =>
                new SslServerAuthenticationOptions { ServerCertificateContext = await certificate.PresentAsync() },
            HandshakeTimeout = TimeSpan.FromSeconds(5),
        });
    }

    private static void Limit(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.Limits.MaxConcurrentUpgradedConnections = 0;
        server.Limits.MaxRequestBodySize = 0;
        server.Limits.MaxRequestBufferSize = 16 << 10;
        server.Limits.MaxRequestLineSize = 8 << 10;
        server.Limits.MaxRequestHeadersTotalSize = 8 << 10;
        server.Limits.MaxRequestHeaderCount = 64;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        server.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        // The server closes the connection of a client that is slower than this.
        server.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
