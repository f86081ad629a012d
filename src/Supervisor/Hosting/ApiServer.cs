using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Reuseportd.Api;
using Reuseportd.Observability;

namespace Reuseportd.Hosting;

/// <summary>The server behind the control socket. Who talks to it is on this machine; what it may take of the daemon is bounded all the same.</summary>
internal static class ApiServer
{
    /// <summary>Of one user; of all together the last bound is <see cref="MostConnections"/>.</summary>
    private const int MostOfOneUser = 128;

    private const int MostConnections = 4096;

    public static void Set(KestrelServerOptions server, ControlSocket socket)
    {
        server.AddServerHeader = false;
        server.Limits.MaxConcurrentConnections = MostConnections;
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

        var gate = new ConnectionGate(socket.Rule, MostOfOneUser);
        server.ListenHandle(socket.Handle, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(gate.Guard);
        });
    }

    public static void Map(WebApplication host, IFleetControl control, ControlSocket socket, LogOutput output, OutputRetention lines, string version)
    {
        var (time, stopping) = (TimeProvider.System, host.Lifetime.ApplicationStopping);
        ControlApi.Map(
            host,
            ControlApi.Routes(
                new Queries(control, new WorkerFacts(time), version),
                new Commands(control, stopping),
                new EventStream(control, output.Events, time, stopping),
                new LogStream(control, lines, time, stopping)),
            socket.Rule);
    }
}
