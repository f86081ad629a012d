using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Probing;

/// <summary>Asks a worker over the network whether it serves.</summary>
internal static class NetworkProbe
{
    private const int LeastGood = 200;
    private const int MostGood = 399;

    /// <returns>Null where it serves; else why it does not, for people.</returns>
    public static async Task<string?> AskAsync(ProbeSpec probe, ProbeTarget target, TimeSpan timeout, TimeProvider time)
    {
        using var over = new CancellationTokenSource(timeout, time);
        try
        {
            using var socket = await WorkerConnection.OpenAsync(target, time, over.Token);
            return probe switch
            {
                ProbeSpec.Http http => await GetAsync(http.Path, target.Port, socket, over.Token),
                ProbeSpec.Dns dns => await QueryAsync(dns, target.Port, socket, over.Token),
                _ => null,
            };
        }
        catch (OperationCanceledException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer from port {target.Port} in {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception failure) when (failure is ProbeFailedException or SocketException or HttpRequestException or IOException or LinuxException)
        {
            return failure.GetBaseException().Message;
        }
    }

    /// <summary>
    /// One handler for each request: a connection that is kept for later would reach whichever worker it is of.
    /// </summary>
    private static async Task<string?> GetAsync(string path, int port, Socket socket, CancellationToken over)
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
        using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}{path}"));
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.ParseAdd("reuseportd");
        using var response = await client.SendAsync(request, over);
        return (int)response.StatusCode is >= LeastGood and <= MostGood
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"GET {path} on port {port}: status {(int)response.StatusCode}");
    }

    /// <summary>The length of a message goes before it (RFC 1035, 4.2.2), and so is the most that is read.</summary>
    private static async Task<string?> QueryAsync(ProbeSpec.Dns probe, int port, Socket socket, CancellationToken over)
    {
        // Nobody else can answer on this connection, so its number need not be a secret.
        var id = (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(DnsMessage.Query(id, probe.Name, probe.Type), over);
        var failure = await AnswerAsync(stream, over) is { } answer ? DnsMessage.Failure(answer, id) : "closed without an answer";
        return failure is null
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"query for {probe.Name} on port {port}: {failure}");
    }

    /// <returns>Null where the stream ends first.</returns>
    private static async Task<byte[]?> AnswerAsync(NetworkStream stream, CancellationToken over)
    {
        var length = new byte[DnsMessage.PrefixLength];
        if (!await FillAsync(length)) return null;
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        return await FillAsync(answer) ? answer : null;

        async Task<bool> FillAsync(byte[] bytes) =>
            await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, over) == bytes.Length;
    }
}
