using System.Diagnostics;
using System.Net;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Public;
using Microsoft.Playwright;

namespace EndToEnd.Tests.Monitoring;

/// <summary>The stream of the page, and the page with many workers.</summary>
public sealed class LiveTests(Browser browser) : PageTest(browser)
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

        await AssertNoWorkerLabelsAsync();
        clock.Restart();
        Processes.Signal(Daemon.PidOf($"many@{Many - 1}"), Processes.Kill);
        await TextAsync(Row(page, $"many@{Many - 1}").GetByRole(AriaRole.Cell).Nth(4), "1");
        TestContext.Current.TestOutputHelper?.WriteLine($"changed in {clock.Elapsed.TotalSeconds:0.00} s");
        await Daemon.StopAsync();
    }

    /// <summary>The metrics are sums, and the log says so once.</summary>
    private async Task AssertNoWorkerLabelsAsync()
    {
        var metrics = await PortAnswer.OfAsync($"{PageAddress}metrics");
        Assert.Equal(0, metrics.Samples()["reuseportd_worker_labels"]);
        Assert.DoesNotContain("worker=", metrics.Body, StringComparison.Ordinal);
        Assert.InRange(metrics.Body.Length, 1, 1 << 20);
        Assert.Equal($"{Many}", (await Daemon.EventAsync("worker_labels"))["REUSEPORT_WORKERS"]);
        Assert.Single(Daemon.Events("worker_labels"));
    }

    private void ConfigureSleepers() => Daemon.Configure($$"""
        services:
          many:
            command: [sleep, "1000"]
            workers: {{Many}}
            readiness: { type: delay, delay: 0s }
            reuseport: { ports: any }
        """);
}
