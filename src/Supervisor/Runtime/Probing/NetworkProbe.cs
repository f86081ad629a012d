using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Probing;

/// <summary>Probes a worker over the network.</summary>
internal static class NetworkProbe
{
    private const int LeastGood = 200;
    private const int MostGood = 399;

    /// <returns>Null if the worker serves; else the reason, for people.</returns>
    public static async Task<string?> AskAsync(ProbeSpec probe, ProbeTarget target, TimeSpan timeout, TimeProvider time)
    {
        using var cancel = new CancellationTokenSource(timeout, time);
        try
        {
            using var socket = await WorkerConnection.OpenAsync(target, time, cancel.Token);
            return probe switch
            {
                ProbeSpec.Http http => await GetAsync(http.Path, target.Port, socket, cancel.Token),
                ProbeSpec.Dns dns => await QueryAsync(dns, target.Port, socket, cancel.Token),
                // The connection is the answer.
                ProbeSpec.Tcp => null,
                _ => throw new InvalidOperationException($"no such probe over the network: {probe}"),
            };
        }
        catch (OperationCanceledException)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"no answer from port {target.Port} in {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception failure) when (
            failure is ProbeFailedException or SocketException or HttpRequestException or IOException or LinuxException)
        {
            return failure.GetBaseException().Message;
        }
    }

    /// <summary>Each request has its own handler: a connection in a pool could belong to any worker.</summary>
    private static async Task<string?> GetAsync(string path, int port, Socket socket, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(socket)),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
        };
        using var client = new HttpMessageInvoker(handler);
        var address = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}{path}");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.ParseAdd("reuseportd");
        using var response = await client.SendAsync(request, cancel);
        return (int)response.StatusCode is >= LeastGood and <= MostGood
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"GET {path} on port {port}: status {(int)response.StatusCode}");
    }

    /// <summary>A size field goes before each message (RFC 1035, 4.2.2). It also bounds the answer.</summary>
    private static async Task<string?> QueryAsync(ProbeSpec.Dns probe, int port, Socket socket, CancellationToken cancel)
    {
        // No other server can answer on this connection, so the id need not be secret.
        var id = (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(DnsMessage.Query(id, probe.Name, probe.Type), cancel);
        var failure = await AnswerAsync(stream, cancel) is { } answer
            ? DnsMessage.Failure(answer, id)
            : "closed without an answer";
        return failure is null
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"query for {probe.Name} on port {port}: {failure}");
    }

    /// <returns>Null if the stream ends too early.</returns>
    private static async Task<byte[]?> AnswerAsync(NetworkStream stream, CancellationToken cancel)
    {
        var length = new byte[DnsMessage.PrefixLength];
        if (!await FillAsync(length)) return null;
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        return await FillAsync(answer) ? answer : null;

        async Task<bool> FillAsync(byte[] bytes) =>
            await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel) == bytes.Length;
    }
}
