using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace EndToEnd.Tests.Monitoring;

/// <summary>The stream of the page, and the page with many workers.</summary>
public sealed class LiveTests : PageTest
{
    private const int MostStreams = 32;
    private const int Many = 2000;

    [Fact]
    public async Task Streams_AreBounded_AndAreFreeAgain()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(PageAddress) };
        List<Stream> streams = [];
        for (var number = 0; number < MostStreams; number++) streams.Add(await client.GetStreamAsync("/v1/live"));
        using (var refused = await client.GetAsync("/v1/live", HttpCompletionOption.ResponseHeadersRead))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        foreach (var stream in streams) await stream.DisposeAsync();
        await Deadline.UntilAsync(
            async () =>
            {
                using var answer = await client.GetAsync("/v1/live", HttpCompletionOption.ResponseHeadersRead);
                return answer.StatusCode == HttpStatusCode.OK;
            },
            "the streams that ended make room");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Head_HasNoBody()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        using var client = new HttpClient();
        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{PageAddress}v1/live"));
        Assert.Equal((HttpStatusCode.OK, 0), (answer.StatusCode, (await answer.Content.ReadAsByteArrayAsync()).Length));
        await Daemon.StopAsync();
    }

    /// <summary>The state of so many workers does not fit the buffers of a connection.</summary>
    [Fact]
    public async Task SlowClient_LosesItsConnection()
    {
        ConfigureDaemon();
        ConfigureSleepers();
        await Daemon.StartAsync();
        using var slow = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
        await slow.ConnectAsync(IPEndPoint.Parse(Listen));
        await slow.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/live HTTP/1.1\r\nHost: {Listen}\r\n\r\n"));
        await Deadline.UntilAsync(() => OpenOf(slow) > 0, "the daemon accepts");
        await Deadline.UntilAsync(() => OpenOf(slow) == 0, "the daemon ends the connection of a client that does not read");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task ManyWorkers_AreShownAndFollowed()
    {
        ConfigureDaemon();
        ConfigureSleepers();
        await Daemon.StartAsync();
        var clock = Stopwatch.StartNew();
        var page = await OpenAsync();
        await TextAsync(Card(page, "many"), $"{Many} of {Many} ready");
        TestContext.Current.TestOutputHelper?.WriteLine($"loaded in {clock.Elapsed.TotalSeconds:0.00} s");
        await page.GetByText($"Workers ({Many})").ClickAsync();
        var window = page.GetByRole(AriaRole.Table);
        await window.EvaluateAsync("table => table.scrollTop = table.scrollHeight");
        await Row(page, $"many@{Many - 1}").WaitForAsync();
        Assert.InRange(await page.GetByRole(AriaRole.Row).CountAsync(), 5, 60);

        clock.Restart();
        Processes.Signal(Daemon.PidOf($"many@{Many - 1}"), Processes.Kill);
        await TextAsync(Row(page, $"many@{Many - 1}").GetByRole(AriaRole.Cell).Nth(4), "1");
        TestContext.Current.TestOutputHelper?.WriteLine($"changed in {clock.Elapsed.TotalSeconds:0.00} s");
        await Daemon.StopAsync();
    }

    private void ConfigureSleepers() => Daemon.Configure($$"""
        services:
          many:
            command: [sleep, "1000"]
            workers: {{Many}}
            readiness: { type: delay, delay: 0s }
            reuseport: { ports: any }
        """);

    /// <summary>Descriptors of the daemon that are this connection: 0 or 1, by the table of TCP sockets.</summary>
    private static int OpenOf(Socket client)
    {
        var own = ((IPEndPoint)client.LocalEndPoint!).Port;
        return File.ReadLines("/proc/net/tcp").Count(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, var remote, "01", ..]
            && remote.EndsWith($":{own:X4}", StringComparison.Ordinal));
    }
}
