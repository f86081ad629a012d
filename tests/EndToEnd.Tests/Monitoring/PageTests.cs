using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace EndToEnd.Tests.Monitoring;

/// <summary>The page at the port of <c>listen</c>, in Debian's chromium.</summary>
public sealed class PageTests(Browser browser) : PageTest(browser)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private const int MostCrashes = 10;

    /// <summary>One of some, as a browser on a busy machine may be late.</summary>
    [Fact]
    public async Task Crash_IsShownWithinASecond()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        var times = new List<TimeSpan>();
        for (var crash = 0; crash < MostCrashes; crash++)
        {
            var worker = $"web@{crash % 4}";
            var pid = Daemon.PidOf(worker);
            // The list has no events of earlier crashes.
            await page.EvaluateAsync("() => document.getElementById('events').replaceChildren()");
            var clock = Stopwatch.StartNew();
            Processes.Signal(pid, Processes.Kill);
            await page.Locator("#events li[data-event=exit]").Filter(new() { HasText = worker }).First.WaitForAsync();
            times.Add(clock.Elapsed);
            await TextAsync(Row(page, worker).GetByRole(AriaRole.Cell).Nth(4), $"{1 + crash / 4}");
            if (times[^1] < Soon) break;
            var exit = await Daemon.EventAsync("exit", worker, where: exit => exit.Pid == pid);
            await Daemon.EventAsync("ready", worker, after: exit);
        }

        Assert.True(times.Min() < Soon, string.Join(", ", times));
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await Daemon.StopAsync();
    }

    /// <summary>Tab, Enter and Space reach all; the values of a worker and of its service are there.</summary>
    [Fact]
    public async Task Load_ValuesAndChartsAreShown()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await using var load = Load.Http(Address, Port, clients: 4);
        var row = Row(page, "web@0");
        var shown = await row.GetByRole(AriaRole.Cell).AllInnerTextsAsync();
        Assert.Matches("^[0-9]+s$", shown[2]);
        Assert.Matches("^[0-9.]+ [KM]iB$", shown[5]);
        await MatchesAsync(row.GetByRole(AriaRole.Cell).Nth(6), "^[0-9.]+ %$");
        await MatchesAsync(Card(page, "web").Locator("dl"), "Accept queue\\s*[0-9]+ of [1-9]");
        await MatchesAsync(Card(page, "web").Locator("dl"), "Connections a second\\s*[1-9]");
        foreach (var chart in (string[])["ready", "given", "cpu"])
            await page.Locator($"figure[data-chart={chart}] polyline[points*=' ']").WaitForAsync();

        // By keyboard alone.
        var button = page.GetByRole(AriaRole.Button, new() { Name = "web@1", Exact = true });
        await Deadline.UntilAsync(
            async () =>
            {
                await page.Keyboard.PressAsync("Tab");
                return await button.EvaluateAsync<bool>("element => element === document.activeElement");
            },
            "Tab reaches the worker");
        foreach (var key in (string[])["Enter", "Space"])
        {
            var former = await button.GetAttributeAsync("aria-expanded");
            await page.Keyboard.PressAsync(key);
            Assert.NotEqual(former, await button.GetAttributeAsync("aria-expanded"));
        }

        await load.StopAsync();
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task RollingRestart_ProgressIsShown()
    {
        ConfigureDaemon();
        ConfigureWeb("readiness: { type: delay, delay: 1500ms }\n    update: { max_surge: 1 }");
        await Daemon.StartAsync();
        var page = await OpenAsync();
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        // A replacement is shown for a second or two: the wait for it begins before the first one.
        var replacement = TextAsync(page.GetByRole(AriaRole.Cell), "its replacement");
        var restart = Daemon.ControlAsync("restart", "web");
        var progress = page.GetByRole(AriaRole.Progressbar, new() { Name = "Update of web" });
        await progress.WaitForAsync();
        Assert.Equal(4, await progress.EvaluateAsync<int>("bar => bar.max"));
        await MatchesAsync(Card(page, "web"), "[1-3] of 4 workers replaced");
        var troubles = Card(page, "web").GetByRole(AriaRole.Listitem);
        await replacement;
        Assert.Equal(0, await troubles.CountAsync());
        await progress.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        Assert.Equal(0, (await restart).Code);

        Assert.Equal(0, (await Daemon.ControlAsync("drain", "--lb-grace", "0s")).Code);
        await TextAsync(Card(page, "web"), "0 of 4 ready");
        await TextAsync(Row(page, "web@3"), "stopped");
        Assert.Equal(0, await troubles.CountAsync());
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Daemon_GoneAndBack_IsShown()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await Daemon.DieAsync();
        await page.Locator("#connection.lost").WaitForAsync();
        Assert.True(await page.Locator("body.stale").IsVisibleAsync());

        await Daemon.StartAsync();
        await ConnectedAsync(page);
        await TextAsync(Row(page, "web@0").GetByRole(AriaRole.Cell).Nth(3), $"{Daemon.PidOf("web@0")}");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Daemon_Replaced_ThePageGoesOn()
    {
        ConfigureDaemon("keep_workers: true\n");
        ConfigureWeb();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        await page.Locator("#events li[data-event=adopted]").WaitForAsync();
        await ConnectedAsync(page);
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Service_ThatDoesNotServe_HasTheWordsOfStatus()
    {
        ConfigureDaemon();
        Daemon.Configure("""
            services:
              down:
                command: [sh, -c, "exit 3"]
                restart: no
                workers: 2
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        var page = await OpenAsync();
        using var client = new HttpClient();
        var status = JsonNode.Parse(await client.GetStringAsync($"{PageAddress}v1/status"))!;
        await TextAsync(Card(page, "down").GetByRole(AriaRole.Listitem), (string)status["workers"]![0]!["detail"]!);
        await TextAsync(page.Locator("#host"), "down: 0 of 2 workers ready");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Worker_Chosen_ShowsItsBinds()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        var name = page.GetByRole(AriaRole.Button, new() { Name = "web@3", Exact = true });
        await name.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await TextAsync(page.GetByRole(AriaRole.Region, new() { Name = "Worker" }), $"listen {Address}:{Port} tcp: ok");
        Assert.Equal("true", await name.GetAttributeAsync("aria-expanded"));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Token_IsAskedForOnce()
    {
        ConfigureDaemon($"listen_token_file: {Daemon.Folder.Write("token", "secret\n")}\n");
        ConfigureWeb();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        foreach (var token in (string[])["wrong", "secret"])
        {
            await page.GetByLabel("Token of the daemon").FillAsync(token);
            await page.Keyboard.PressAsync("Enter");
            if (token == "wrong") await page.GetByLabel("Token of the daemon").And(page.Locator(":focus")).WaitForAsync();
        }

        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await page.ReloadAsync();
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await Daemon.StopAsync();
    }

    /// <summary>No header can have such a token, so the page cannot send it.</summary>
    [Fact]
    public async Task Token_CharactersOutsideOfHeaders_IsAskedForAgain()
    {
        ConfigureDaemon($"listen_token_file: {Daemon.Folder.Write("token", "secret\n", "600")}\n");
        ConfigureWeb();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        var secret = page.GetByLabel("Token of the daemon");
        await secret.FillAsync("\u017c\u00f3\u0142\u0107");
        await page.Keyboard.PressAsync("Enter");
        Assert.False(await secret.EvaluateAsync<bool>("input => input.validity.valid"));
        await page.EvaluateAsync("() => sessionStorage.setItem('reuseportd-token', '\u017c')");
        await page.ReloadAsync();
        await secret.FillAsync("secret");
        await page.Keyboard.PressAsync("Enter");
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Axe_FindsNothingSerious()
    {
        ConfigureDaemon();
        ConfigureMany();
        await Daemon.StartAsync();
        var page = await OpenAsync();
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        await page.GetByRole(AriaRole.Button, new() { Name = "web@0", Exact = true }).ClickAsync();
        await AssertAxeAsync(page);
        await Daemon.DieAsync();
        await page.Locator("#connection.lost").WaitForAsync();
        await AssertAxeAsync(page);
    }

    [Fact]
    public async Task Phone_IsNotWiderThanItsScreen()
    {
        ConfigureDaemon();
        ConfigureMany();
        await Daemon.StartAsync();
        var page = await OpenAsync(width: 360, height: 740);
        await TextAsync(Card(page, "web"), "4 of 4 ready");

        Assert.Equal(360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await AssertAxeAsync(page);
        await Daemon.StopAsync();
    }

    private static Task MatchesAsync(ILocator at, string pattern) =>
        at.Filter(new() { HasTextRegex = new Regex(pattern) }).First.WaitForAsync();

    /// <summary>In both colour schemes. The details of elements that pass are left out.</summary>
    private static async Task AssertAxeAsync(IPage page)
    {
        var options = new AxeRunOptions { ResultTypes = [ResultType.Violations] };
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var found = await page.RunAxe(options);
            Assert.Empty(
                from violation in found.Violations
                where violation.Impact is "serious" or "critical"
                select $"{scheme} {violation.Id}: {string.Join(' ', violation.Nodes.Select(node => node.Html))}");
        }
    }

    private void ConfigureMany()
    {
        ConfigureWeb("readiness: { type: bind }");
        Daemon.Configure(
            """
            services:
              batch:
                command: [sleep, "1000"]
                workers: 2
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
              broken:
                command: [sh, -c, "echo no database >&2; exit 3"]
                workers: 2
                restart: no
                reuseport: { ports: any }
            """,
            "more");
    }
}
