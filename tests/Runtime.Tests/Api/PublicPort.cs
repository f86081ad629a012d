using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Public;
using Reuseportd.Hosting;
using Reuseportd.Linux.Sockets;
using Runtime.Tests.Harness;
using Serilog.Core;

namespace Runtime.Tests.Api;

/// <summary>The HTTP server of <c>listen</c> on a free port, with the routes of a test.</summary>
internal sealed class PublicPort : IAsyncDisposable
{
    private readonly TcpListeningSocket _socket = TcpListeningSocket.TryOpen(new IPEndPoint(IPAddress.Loopback, 0), out _)!;
    private readonly WebApplication _server;

    private PublicPort(PublicRoute[] routes, CertificateFiles? certificate)
    {
        _server = PublicServer.Build(
            [(_socket, "test")], [new PublicRoute("/readyz", OkAsync, IsOpen: true) { Kind = AnswerKind.Health }, .. routes],
            new Gatekeeper(new RequestRules([]), token: null), certificate, Logger.None);
    }

    public IPEndPoint Address => _socket.BoundAddress()!;

    public static Task<PublicPort> StartAsync(params PublicRoute[] routes) => StartAsync(certificate: null, routes);

    public static async Task<PublicPort> StartAsync(CertificateFiles? certificate, params PublicRoute[] routes)
    {
        var port = new PublicPort(routes, certificate);
        await port._server.StartAsync();
        return port;
    }

    public static Task OkAsync(HttpContext context) => context.Response.WriteAsync("ok\n");

    /// <param name="from">The last byte of the client's address, 127.0.0.1 for 1.</param>
    /// <param name="receiveBuffer">In bytes; null for the kernel's choice.</param>
    public PublicClient Connect(byte from = 1, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } bytes) socket.ReceiveBufferSize = bytes;
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, from]), 0));
        socket.Connect(Address);
        return new PublicClient(socket);
    }

    /// <summary>For each established connection: bytes that the kernel has and the client has not taken (proc_net_tcp).</summary>
    public long[] Unsent() =>
    [
        .. from line in File.ReadLines("/proc/net/tcp")
           let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where words[1] == $"0100007F:{Address.Port:X4}" && words[3] == "01"
           select long.Parse(words[4].Split(':')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
    ];

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        _socket.Dispose();
    }
}

/// <summary>A client of <see cref="PublicPort"/>.</summary>
internal sealed class PublicClient(Socket socket) : IDisposable
{
    public Socket Socket => socket;

    public Task AskAsync(string path) =>
        socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));

    /// <summary>Sends requests until the daemon takes no more.</summary>
    public void Flood(string path, int count)
    {
        socket.Blocking = false;
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        for (var sent = 0; sent < count; sent++)
        {
            socket.Send(request, SocketFlags.None, out var error);
            if (error != SocketError.Success) return;
        }
    }

    /// <returns>The status of the next answer; 0 if the connection ends or is reset without one.</returns>
    public async Task<int> StatusAsync()
    {
        var buffer = new byte[4096];
        try
        {
            var length = await socket.ReceiveAsync(buffer).WaitAsync(Deadline.Patience);
            return length == 0 ? 0 : int.Parse(Encoding.ASCII.GetString(buffer, 9, 3), null);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    public void Dispose() => socket.Dispose();
}
