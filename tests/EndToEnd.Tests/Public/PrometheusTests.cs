using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>The rules and the dashboard, in a real Prometheus that scrapes a real daemon.</summary>
public sealed class PrometheusTests : PublicTest
{
    [Fact]
    public async Task Rules_AlertsFireAndDoNotFire()
    {
        var promtool = Programs.Require("promtool", "prometheus");
        var check = await Command.RunAsync(promtool, ["check", "rules", PrometheusFiles.Rules]);
        Assert.True(check.Code == 0, check.Out + check.Error);
        var test = await Command.RunAsync(promtool, ["test", "rules", PrometheusFiles.Tests]);
        Assert.True(test.Code == 0, test.Out + test.Error);
        var config = await Command.RunAsync(promtool, ["check", "config", $"{PrometheusFiles.Folder}/prometheus.yml"]);
        Assert.True(config.Code == 0, config.Out + config.Error);
    }

    [Fact]
    public async Task Rules_EachAlert_HasTestsASummaryAndARunbook()
    {
        var rules = await File.ReadAllTextAsync(PrometheusFiles.Rules);
        var tests = await File.ReadAllTextAsync(PrometheusFiles.Tests);
        var guide = await File.ReadAllLinesAsync(Path.Combine(Checkout.Folder, "docs/troubleshooting.md"));
        var anchors = guide.Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => $"#{line[3..].ToLowerInvariant().Replace(' ', '-')}").ToHashSet();
        foreach (var rule in rules.Split("- alert: ")[1..])
        {
            var name = rule[..rule.IndexOf('\n', StringComparison.Ordinal)];
            Facts.AssertIn(tests, $"# {name} fires\n", $"# {name} does not fire\n");
            Facts.AssertIn(rule, "summary: ", "severity: ", "runbook: \"docs/troubleshooting.md#");
            var runbook = rule[rule.IndexOf("troubleshooting.md#", StringComparison.Ordinal)..];
            Assert.Contains(runbook["troubleshooting.md".Length..runbook.IndexOf('"', StringComparison.Ordinal)], anchors);
        }
    }

    [Fact]
    public async Task Expressions_UseOnlyMetricsThatExistAndAnswer()
    {
        Root.Require();
        using var cgroup = new DelegatedCgroup();
        await StartAsync(cgroup);
        var metrics = (await GetAsync("/metrics")).Body;
        var rules = await File.ReadAllTextAsync(PrometheusFiles.Rules);
        AssertExist(PrometheusFiles.DashboardExpressions().Append(rules), metrics);

        using (var prometheus = await StartPrometheusAsync())
        {
            await using var load = Load.Http(Address, Port, clients: 2);
            await Deadline.UntilAsync(
                async () => (await prometheus.QueryAsync("count_over_time(reuseportd_host_ready[1m]) > 3")).Count == 1,
                "prometheus has scraped the daemon");
            await AssertEachHasDataAsync(prometheus);
            await Deadline.UntilAsync(
                async () => (await prometheus.GetAsync("/api/v1/rules"))["data"]!["groups"]!.AsArray()
                    .SelectMany(group => group!["rules"]!.AsArray()).All(rule => $"{rule!["health"]}" == "ok"),
                "each rule was evaluated without an error");
            await AssertNoAlertAsync(prometheus);
            await load.StopAsync();
        }

        await Daemon.StopAsync();
    }

    /// <summary>The first failed bind of a service is an increase, and so is the first connection that is taken over.</summary>
    [Fact]
    public async Task Panels_FirstEventsOfTheirKind_AreIncreases()
    {
        Root.Require();
        using var cgroup = new DelegatedCgroup();
        using var other = new TcpListener(IPAddress.Parse(Daemon.Site.AddressOf(4)), Port);
        other.Start();
        await StartAsync(cgroup);
        using (var prometheus = await StartPrometheusAsync())
        {
            await Deadline.UntilAsync(
                async () => (await prometheus.QueryAsync("count_over_time(reuseportd_host_ready[1m]) > 1")).Count == 1,
                "prometheus has scraped the daemon");
            Assert.NotEqual(0, (await Daemon.ControlAsync("start", "taken")).Code);
            await MigrateAsync();
            foreach (var name in (string[])["bind_failures", "worker_connections_migrated", "worker_connections_given"])
                await Deadline.UntilAsync(
                    async () => (await prometheus.QueryAsync($"sum(increase(reuseportd_{name}_total[1m])) > 0")).Count == 1,
                    $"{name} has increased");
            await Deadline.UntilAsync(
                async () => (await prometheus.GetAsync("/api/v1/alerts"))["data"]!["alerts"]!.AsArray()
                    .Any(alert => $"{alert!["labels"]!["alertname"]}" == "ReuseportdBindFailures"),
                "the alert of failed binds fires");
            await AssertEachHasDataAsync(prometheus);
        }

        other.Stop();
        await Daemon.StopAsync();
    }

    /// <summary>A rolling restart is seen as the dashboard shows it.</summary>
    [Fact]
    public async Task RollingRestart_IsSeenInTheDashboard()
    {
        ConfigureDaemon();
        ConfigureWeb(more: "    readiness: { type: bind, settle: 2s }\n    update: { max_surge: 1 }");
        await Daemon.StartAsync();
        using var prometheus = await StartPrometheusAsync();
        await Deadline.UntilAsync(
            async () => (await prometheus.QueryAsync("reuseportd_host_ready == 1")).Count == 1, "the daemon is scraped");
        var (page, expression) = PrometheusFiles.GraphOfTheGuide();
        await AssertIsGraphAsync(prometheus, page);
        var restart = Daemon.ControlAsync("restart", "web");
        await Deadline.UntilAsync(
            async () => (await prometheus.QueryAsync("reuseportd_update_workers == 2")).Count == 1, "the update is seen");
        await Deadline.UntilAsync(
            async () => (await prometheus.QueryAsync($"{expression} == 1")).Count == 1,
            "its progress is seen");
        Assert.Equal(0, (await restart).Code);
        await Deadline.UntilAsync(
            async () => (await prometheus.QueryAsync("reuseportd_updates_total{result=\"succeeded\"} == 1")).Count == 1,
            "its end is seen");
        await AssertNoAlertAsync(prometheus);
    }

    /// <summary>A service that serves, and one whose port is taken. The kernel counts connections of each worker.</summary>
    private async Task StartAsync(DelegatedCgroup cgroup)
    {
        ConfigureDaemon("steering: ebpf");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                workers: 2
                restart: { delay: 50ms, jitter: 0 }
                # On a busy machine a worker can stall, which is an alert.
                stall: { action: none }
                reuseport: { ports: [{{Port}}] }
              taken:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Daemon.Site.AddressOf(4)}}]
                autostart: false
                restart: no
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartInAsync(cgroup);
    }

    /// <summary>Connections that a worker has not accepted go to the other one at its end.</summary>
    private async Task MigrateAsync()
    {
        var stopped = Daemon.PidOf("web@1");
        Processes.Signal(stopped, 19);
        Task[] asked = [.. Enumerable.Range(0, 16).Select(_ => AskAsync())];
        await Deadline.UntilAsync(
            async () => (await ScrapeAsync()).GetValueOrDefault(
                "reuseportd_accept_queue_length{service=\"web\",worker=\"1\"}") > 0,
            "a connection waits");
        Processes.Signal(stopped, Processes.Kill);
        await Task.WhenAll(asked);
    }

    /// <summary>The kill costs a request that the worker had accepted.</summary>
    private async Task AskAsync()
    {
        try
        {
            var answer = await Ask.TcpAsync(Address, Port, "GET / HTTP/1.0\r\n\r\n");
            if (answer.Length > 0) Assert.Matches(@"^HTTP/1\.[01] 200 ", answer);
        }
        catch (IOException)
        {
            // As above: the connection may end without or with an error.
        }
    }

    /// <summary>The page, with the script that draws the expression of its address.</summary>
    private static async Task AssertIsGraphAsync(PrometheusServer prometheus, string path)
    {
        var page = await prometheus.PageAsync(path);
        Assert.Equal(200, page.Status);
        Assert.StartsWith("text/html", page.Headers["Content-Type"].Single(), StringComparison.Ordinal);
        var script = page.Body.Split('"').Single(word => word.Contains("/js/graph/index.js", StringComparison.Ordinal));
        Assert.Equal(200, (await prometheus.PageAsync(script)).Status);
    }

    private Task<PrometheusServer> StartPrometheusAsync() =>
        PrometheusServer.StartAsync(Daemon.Folder, $"{Daemon.Site.AddressOf(3)}:{Port}", Listen);

    private static async Task AssertEachHasDataAsync(PrometheusServer prometheus)
    {
        foreach (var expression in PrometheusFiles.DashboardExpressions())
            await Deadline.UntilAsync(
                async () => (await prometheus.QueryAsync(expression)).Count > 0, $"there is data of {expression}");
    }

    /// <summary>Except for the one that waits for five minutes whether the machine stays so busy.</summary>
    private static async Task AssertNoAlertAsync(PrometheusServer prometheus) =>
        Assert.All(
            (await prometheus.GetAsync("/api/v1/alerts"))["data"]!["alerts"]!.AsArray(),
            alert => Assert.Equal(
                ("ReuseportdLoopDelay", "pending"), ($"{alert!["labels"]!["alertname"]}", $"{alert["state"]}")));

    private static void AssertExist(IEnumerable<string> expressions, string metrics)
    {
        var known = metrics.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')).SelectMany(words => words[3] == "histogram"
                ? (string[])[$"{words[2]}_bucket", $"{words[2]}_sum", $"{words[2]}_count"]
                : [words[2]])
            .ToHashSet();
        foreach (var expression in expressions)
            Assert.All(PrometheusFiles.MetricsIn(expression), name => Assert.Contains(name, known));
    }
}
