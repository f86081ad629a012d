using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Api.Routes;
using Reuseportd.Api.Streams;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Hosting;

/// <summary>The HTTP server of the control socket. Its clients are local, and their use of memory is bounded.</summary>
internal static class ApiServer
{
    /// <summary>Beyond these numbers the daemon closes idle connections.</summary>
    private static readonly GateRule Connections = new(MostOfOne: 1024, MostOfAll: 2048);

    /// <summary>The answer with all workers of a large fleet takes half a MiB.</summary>
    private const int RequestsOfOneUser = 128;

    public static void Set(KestrelServerOptions server, ControlSocket socket)
    {
        server.AddServerHeader = false;
        // The gate bounds the connections of each user.
        server.Limits.MaxConcurrentConnections = null;
        server.Limits.MaxConcurrentUpgradedConnections = 0;
        server.Limits.MaxRequestBodySize = Requests.LargestBody;
        server.Limits.MaxRequestBufferSize = Requests.LargestBody;
        server.Limits.MaxRequestLineSize = 16 << 10;
        server.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        server.Limits.MaxRequestHeaderCount = 32;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        // The server closes the connection of a client that is slower than this.
        var least = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        (server.Limits.MinRequestBodyDataRate, server.Limits.MinResponseDataRate) = (least, least);

        var gate = new ConnectionGate(socket.Rule, Connections, RequestsOfOneUser, TimeProvider.System);
        server.Listen(socket.EndPoint(gate), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(ConnectionGate.Guard);
        });
    }

    public static void Map(
        WebApplication host,
        IFleetControl control,
        WorkerDetails details,
        ControlSocket socket,
        Rings rings,
        StreamEnd ending,
        string version)
    {
        var (time, stopping) = (TimeProvider.System, host.Lifetime.ApplicationStopping);
        ControlApi.Map(
            host,
            ControlApi.Routes(
                new Queries(control, details, version),
                new Commands(control, details, stopping),
                new EventStream(control, rings.Events, time, ending),
                new LogStream(control, rings.Output, time, ending)),
            socket.Rule);
    }
}
