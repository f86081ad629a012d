using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>Clients lose their connections at the limits that the guide of monitoring states.</summary>
public sealed class ConnectionLimitTests : PublicTest
{
    /// <summary>More than the buffers of both ends have room for.</summary>
    private const int Unread = 1000;

    private static readonly TimeSpan LongestHead = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);

    /// <summary>For a busy machine.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    /// <summary>The waits are at one time, as the longest takes 20 seconds.</summary>
    [Fact]
    public async Task Connections_OfSlowClients_EndAtTheirLimits()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        Assert.InRange((await GetAsync("/metrics")).Body.Length * Unread, 4 << 20, int.MaxValue);
        await Task.WhenAll(HalfAHeadAsync(), IdleAsync(), UnreadAsync());
        Assert.Equal("ok\n", (await GetAsync("/readyz")).Body);
        await Daemon.StopAsync();
    }

    private async Task HalfAHeadAsync()
    {
        using var client = await ConnectAsync();
        await client.SendAsync("GET /metrics HTTP/1.1\r\nHost: "u8.ToArray());
        var (answer, after) = await EndAsync(client);
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        AssertAt(LongestHead, after);
    }

    private async Task IdleAsync()
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET /healthz HTTP/1.1\r\nHost: {Listen}\r\n\r\n"));
        var (answer, after) = await EndAsync(client);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        AssertAt(LongestIdle, after);
    }

    private async Task UnreadAsync()
    {
        using var client = await ConnectAsync();
        var request = Encoding.ASCII.GetBytes($"GET /metrics HTTP/1.1\r\nHost: {Listen}\r\n\r\n");
        client.Blocking = false;
        var sent = 0;
        while (sent < Unread && client.Send(request, SocketFlags.None, out var error) > 0 && error == SocketError.Success) sent++;
        var clock = Stopwatch.StartNew();
        await Deadline.UntilAsync(
            () => DaemonEnds.CountOpen([client]) == 0, "the connection of a client that does not read ends");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, LongestAnswer + Late);
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(IPEndPoint.Parse(Listen));
        return client;
    }

    /// <returns>All that the daemon sends until it ends the connection, and the time until then.</returns>
    private static async Task<(string Answer, TimeSpan After)> EndAsync(Socket client)
    {
        var clock = Stopwatch.StartNew();
        using var reader = new StreamReader(new NetworkStream(client));
        return (await reader.ReadToEndAsync().WaitAsync(Deadline.Patience), clock.Elapsed);
    }

    /// <summary>The server looks at its limits each second.</summary>
    private static void AssertAt(TimeSpan limit, TimeSpan after) =>
        Assert.InRange(after, limit - TimeSpan.FromSeconds(1), limit + Late);
}
