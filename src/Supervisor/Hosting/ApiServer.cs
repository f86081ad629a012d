using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Api.Routes;
using Reuseportd.Api.Streams;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Hosting;

/// <summary>
/// The server behind the control socket. Who talks to it is on this machine; what it may take of the daemon is bounded all the
/// same.
/// </summary>
internal static class ApiServer
{
    /// <summary>As many have to come at one time for a client that is about to say something to be hung up on.</summary>
    private static readonly GateRule Connections = new(MostOfOne: 1024, MostOfAll: 2048);

    /// <summary>An answer with all workers of a large fleet is half a MiB.</summary>
    private const int RequestsOfOneUser = 128;

    public static void Set(KestrelServerOptions server, ControlSocket socket)
    {
        server.AddServerHeader = false;
        // The gate bounds them, for each user.
        server.Limits.MaxConcurrentConnections = null;
        server.Limits.MaxConcurrentUpgradedConnections = 0;
        server.Limits.MaxRequestBodySize = Requests.LargestBody;
        server.Limits.MaxRequestBufferSize = Requests.LargestBody;
        server.Limits.MaxRequestLineSize = 16 << 10;
        server.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        server.Limits.MaxRequestHeaderCount = 32;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        // Whoever reads an answer or sends a body more slowly than this is cut off.
        var least = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        (server.Limits.MinRequestBodyDataRate, server.Limits.MinResponseDataRate) = (least, least);

        var gate = new ConnectionGate(socket.Rule, Connections, RequestsOfOneUser, TimeProvider.System);
        server.Listen(socket.EndPoint(gate), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(ConnectionGate.Guard);
        });
    }

    public static void Map(WebApplication host, IFleetControl control, WorkerDetails details, ControlSocket socket, LogOutput output, OutputRetention lines, StreamEnd ending, string version)
    {
        var (time, stopping) = (TimeProvider.System, host.Lifetime.ApplicationStopping);
        ControlApi.Map(
            host,
            ControlApi.Routes(
                new Queries(control, details, version),
                new Commands(control, details, stopping),
                new EventStream(control, output.Events, time, ending),
                new LogStream(control, lines, time, ending)),
            socket.Rule);
    }
}
