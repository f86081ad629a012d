using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>The paths of the port, and the requests that it refuses.</summary>
public sealed class PathTests : PublicTest
{
    private const string OpenMetrics = "application/openmetrics-text";

    /// <summary>Headers that no answer lacks.</summary>
    private static readonly (string Name, string Value)[] Always =
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ];

    private static readonly HashSet<string> ContentPolicy =
        ["default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

    [Fact]
    public async Task GetAndHead_EachPath_HaveItsStatusAndHeaders()
    {
        await StartAsync();
        (string Path, int Status, string Type)[] expected =
        [
            ("/", 200, "text/html"),
            ("/page.js", 200, "text/javascript"),
            ("/metrics", 200, "text/plain"),
            ("/healthz", 200, "text/plain"),
            ("/readyz", 200, "text/plain"),
            ("/readyz/web", 200, "text/plain"),
            ("/readyz/none", 404, "application/json"),
            ("/v1/status", 200, "application/json"),
            ("/v1/status?name=web@0", 200, "application/json"),
            ("/v1/status?name=none", 404, "application/json"),
            ("/v1/events?follow=false", 200, "text/event-stream"),
            ("/v1/events?since=x", 400, "application/json"),
            ("/v1/logs", 404, "application/json"),
            ("/v1/command", 404, "application/json"),
            ("/none", 404, "application/json"),
        ];
        foreach (var (path, status, type) in expected)
        {
            var answer = await GetAsync(path);
            Assert.Equal((path, status), (path, answer.Status));
            Assert.StartsWith(type, answer.Headers["Content-Type"].Single(), StringComparison.Ordinal);
            AssertSafe(path, answer);

            var head = await HeadAsync(path);
            Assert.Equal((path, status, ""), (path, head.Status, head.Body));
            AssertSafe(path, head);
        }
    }

    /// <summary>Of paths that answer GET until the client ends it.</summary>
    [Fact]
    public async Task Head_Streams_HaveTheStatusAndNoBody()
    {
        await StartAsync();
        foreach (var path in (string[])["/v1/events", "/v1/live"])
        {
            var head = await HeadAsync(path);
            Assert.Equal((path, 200, ""), (path, head.Status, head.Body));
            AssertSafe(path, head);
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("REPORT")]
    public async Task OtherMethods_AreRefused(string method)
    {
        await StartAsync();
        foreach (var path in (string[])["/metrics", "/readyz", "/v1/status", "/v1/restart", "/none"])
        {
            var answer = await PortAnswer.OfAsync($"http://{Listen}{path}", method);
            Assert.Equal((path, 405), (path, answer.Status));
            Assert.Equal("GET, HEAD", string.Join(", ", answer.Headers["Allow"]));
            AssertSafe(path, answer);
        }
    }

    [Fact]
    public async Task HostAndOrigin_OfAStranger_AreRefused()
    {
        ConfigureDaemon("listen_hosts: [web1.example]");
        ConfigureWeb();
        await Daemon.StartAsync();
        (string[] Headers, int Status)[] expected =
        [
            (["Host", "localhost"], 200),
            (["Host", Environment.MachineName], 200),
            (["Host", $"WEB1.example:{Port}"], 200),
            (["Host", "evil.example"], 421),
            (["Host", $"{ListenAddress}.evil.example"], 421),
            (["Origin", $"http://{Listen}"], 200),
            (["Origin", "http://evil.example"], 403),
            (["Origin", "null"], 403),
            (["Host", "web1.example", "Origin", "http://web1.example"], 200),
            (["Host", "evil.example", "Origin", "http://evil.example"], 421),
        ];
        foreach (var path in (string[])["/metrics", "/readyz", "/v1/events?follow=false"])
            foreach (var (headers, status) in expected)
            {
                var answer = await GetAsync(path, headers);
                Assert.Equal((path, string.Join(' ', headers), status), (path, string.Join(' ', headers), answer.Status));
                AssertSafe(path, answer);
            }
    }

    /// <summary>As the health checks of some load balancers are. A browser always names the host.</summary>
    [Fact]
    public async Task Http10_WithoutHost_IsAnswered()
    {
        await StartAsync();
        var answer = await Ask.TcpAsync(ListenAddress, Port, "GET /readyz HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        var foreign = await Ask.TcpAsync(
            ListenAddress, Port, "GET /readyz HTTP/1.0\r\nOrigin: http://evil.example\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 403 ", foreign, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_IPv4AndIPv6_BothAnswer()
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", $"listen: ['{Listen}', '[::1]:{Port}']\n");
        ConfigureWeb();
        await Daemon.StartAsync();
        Assert.Equal("ok\n", (await GetAsync("/readyz")).Body);
        Assert.Equal("ok\n", (await PortAnswer.OfAsync($"http://[::1]:{Port}/readyz")).Body);
        // Nothing listens at other addresses.
        await Assert.ThrowsAsync<HttpRequestException>(
            () => PortAnswer.OfAsync($"http://{Daemon.Site.AddressOf(3)}:{Port}/readyz"));
    }

    [Fact]
    public async Task Metrics_BothFormats_PassPromtool()
    {
        var promtool = Programs.Require("promtool", "prometheus");
        await StartAsync();
        PortAnswer text = null!, open = null!;
        // Both share one scrape, unless it was old: series of the steering may appear between two scrapes.
        await Deadline.UntilAsync(
            async () =>
            {
                text = await GetAsync("/metrics");
                open = await GetAsync("/metrics", "Accept", $"{OpenMetrics}; version=1.0.0");
                return text.Samples().Keys.SequenceEqual(open.Samples().Keys);
            },
            "both formats have the same series");
        Assert.StartsWith(OpenMetrics, open.Headers["Content-Type"].Single(), StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", open.Body, StringComparison.Ordinal);
        var file = Daemon.Folder.Write("metrics", text.Body);
        var check = await Command.RunAsync("sh", ["-c", $"exec {promtool} check metrics < {file}"]);
        Assert.Equal((0, "", ""), (check.Code, check.Out, check.Error));
    }

    [Fact]
    public async Task Events_Follow_AreAnsweredAsTheyHappen()
    {
        await StartAsync();
        using var client = new HttpClient();
        await using var stream = await client.GetStreamAsync(new Uri($"http://{Listen}/v1/events"));
        using var reader = new StreamReader(stream);
        Processes.Signal(Daemon.PidOf("web@1"), Processes.Kill);
        while (true)
        {
            var line = await reader.ReadLineAsync().WaitAsync(Deadline.Patience);
            if (line?.StartsWith("data:", StringComparison.Ordinal) != true) continue;
            var happened = JsonNode.Parse(line[5..])!;
            if ($"{happened["event"]}" != "exit") continue;
            Assert.Equal("web@1", $"{happened["worker"]}");
            return;
        }
    }

    private Task<PortAnswer> HeadAsync(string path) => PortAnswer.OfAsync($"http://{Listen}{path}", "HEAD");

    private static void AssertSafe(string path, PortAnswer answer)
    {
        foreach (var (name, value) in Always)
            Assert.Equal((path, name, value), (path, name, string.Join(", ", answer.Headers[name])));
        var policy = string.Join(", ", answer.Headers["Content-Security-Policy"]).Split("; ");
        Assert.Subset(policy.ToHashSet(), ContentPolicy);
    }

    private async Task StartAsync()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
    }
}
