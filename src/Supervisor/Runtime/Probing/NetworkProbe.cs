using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Runtime;

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
            return probe is ProbeSpec.Http http ? await GetAsync(http.Path, target.Port, socket, over.Token) : null;
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
}
