using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>Without <c>listen_details</c> no answer has a value of the configuration or output of a worker.</summary>
public sealed class DetailTests : PublicTest
{
    private const string Secret = "secret-9f3a";
    private const string Unstartable = "unstartable";

    private static readonly string[] Paths =
    [
        "/", "/metrics", "/healthz", "/readyz", "/readyz/web", "/readyz/fails", "/readyz/missing", "/v1/status",
        "/v1/status?name=fails",
        "/v1/events?follow=false", "/v1/events?follow=false&since=0", "/v1/events?follow=false&name=missing", "/none",
    ];

    [Fact]
    public async Task WithoutDetails_NoAnswerHasASecret()
    {
        var answers = await AnswersAsync();
        Assert.All(answers, answer => Assert.DoesNotContain(Secret, answer, StringComparison.OrdinalIgnoreCase));
        // The answers have what they may have.
        var all = string.Concat(answers);
        Facts.AssertIn(all, "fails@0", "missing@0", "ENOENT", "\"spawn_error\"", "\"exit\"");
        Facts.AssertIn(answers[^1], "fails@0", "missing@0", "\"reload_failed\"", "\"exit\"");
    }

    [Fact]
    public async Task WithDetails_AnswersHaveThem()
    {
        var answers = await AnswersAsync("listen_details: true");
        var all = string.Concat(answers);
        Facts.AssertIn(all, $"{Secret}-error", $"{Secret}-path");
        Assert.Contains($"{Secret}-path", answers[^1], StringComparison.Ordinal);
        // No answer has the environment of a worker.
        Assert.DoesNotContain($"{Secret}-variable", all, StringComparison.Ordinal);
    }

    /// <summary>The answers of <see cref="Paths"/>, and last the first event of <c>/v1/live</c>.</summary>
    private async Task<string[]> AnswersAsync(params string[] daemon)
    {
        ConfigureDaemon(daemon);
        var missing = Daemon.Folder[$"{Secret}-path/{Unstartable}"];
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                workers: 1
                reuseport: { ports: [{{Port}}] }
              fails:
                command: [sh, -c, "echo {{Secret}}-line; echo {{Secret}}-error >&2; exit 3", "{{Secret}}-word"]
                environment: { TOKEN: {{Secret}}-variable }
                restart: no
                reuseport: { ports: any }
              missing:
                command: [{{missing}}, "{{Secret}}-word"]
                restart: no
                reuseport: { ports: any }
              probed:
                command: [sleep, "1000"]
                readiness: { type: exec, command: [sh, -c, "echo {{Secret}}-probe; exit 1"], timeout: 300ms }
                restart: no
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        Daemon.Configure("services: [", "broken-" + Secret);
        Assert.NotEqual(0, (await Daemon.ApplyAsync()).Code);
        await Daemon.ControlAsync("signal", "web", "CONT");
        var answers = new List<string>();
        foreach (var path in Paths) answers.Add((await GetAsync(path)).Body);
        var log = answers[Array.IndexOf(Paths, "/v1/events?follow=false&since=0")];
        var events = log.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)).ToArray();
        Assert.Contains(events, line => $"{JsonNode.Parse(line[5..])!["event"]}" == "reload_failed");
        return [.. answers, await StateAsync()];
    }

    /// <summary>The data of the first event of <c>/v1/live</c>.</summary>
    private async Task<string> StateAsync()
    {
        using var client = new HttpClient();
        using var reader = new StreamReader(await client.GetStreamAsync($"http://{Listen}/v1/live"));
        Assert.Equal("event: state", await reader.ReadLineAsync().WaitAsync(Deadline.Patience));
        return (await reader.ReadLineAsync().WaitAsync(Deadline.Patience))!;
    }
}
