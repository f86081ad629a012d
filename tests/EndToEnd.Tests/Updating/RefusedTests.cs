using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Updating;

/// <summary>
/// A replacement cannot bind the port beside the old process, which serves on. The commands name the cause and the remedy, and
/// the remedy works. The sentences are tested in Decisions.Tests.
/// </summary>
public sealed class RefusedTests : DaemonTest
{
    private const string WayOut = "'reuseportctl stop web', then 'reuseportctl apply'";
    private const string OrAlone = ", or set 'update: { order: stop-first, max_unavailable: 1 }'";

    /// <summary>Another method would share the port of a statically linked program.</summary>
    private const string Library = "method: preload";

    private string Hello => $"[{Checkout.Worker("hello")}, \"{Port}\", {Address}]";

    private string Socket => $"tcp4,{Address},{Port}";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Apply_OldProcessIsStaticallyLinked_NamesIt(int workers)
    {
        // Without the library the kernel is asked after two seconds only.
        var more = "readiness: { timeout: 5s }, restart: { delay: 60s, max_delay: 60s }";
        Daemon.Configure(Web($"[{Checkout.Worker("binds-static")}, \"{Socket}\"]", workers, reuseport: Library, more: more));
        Daemon.Launch();
        var serves = await Daemon.EventAsync("ready");
        if (workers > 1) await Daemon.EventAsync("backoff");
        Daemon.Configure(Web($"[{Checkout.Worker("binds")}, \"{Socket}\"]", workers, more: more));
        await AssertRefusedAsync(
            serves, $"bind {Address}:{Port} tcp: EADDRINUSE", "the preload library", workers == 1 ? WayOut + OrAlone : WayOut);
        Assert.DoesNotContain("build it", (await Daemon.ControlAsync("status", serves.Worker!)).Out, StringComparison.Ordinal);

        await FollowAsync(workers);
    }

    [Fact]
    public async Task Restart_StaticallyLinkedProgram_NamesTheLibraryAndTheRemedy()
    {
        Daemon.Configure(
            Web($"[{Checkout.Worker("binds-static")}, \"{Socket}\"]", workers: 1, reuseport: Library,
                more: "readiness: { timeout: 5s }"));
        await Daemon.StartAsync();
        var restart = await Daemon.ControlAsync("restart", "web");

        Assert.Equal(1, restart.Code);
        Counts.AssertLine(restart.Out, "web", 1, 1, 1);
        Facts.AssertIn(
            LastLine.Without(restart.Error), "the preload library",
            $"'reuseportctl stop web', then 'reuseportctl start web'{OrAlone}\n");
    }

    [Fact]
    public async Task Apply_OldProcessDoesNotShare_NamesItsKey()
    {
        Daemon.Configure(Web(Hello, workers: 1, reuseport: "reuse_port: false"));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 1));
        var serves = Daemon.Events("ready")[0];
        await AssertRefusedAsync(serves, Failed, Held(serves), "'reuseport.reuse_port'", WayOut + OrAlone);

        await FollowAsync(1);
    }

    [Fact]
    public async Task Apply_OtherUser_NamesBothUsers()
    {
        Root.Require();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: nobody"));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: root"));
        var serves = Daemon.Events("ready", "web@0")[0];
        var apply = await RefusedAsync();
        var other = Daemon.Events("ready", "web@1")[0];
        // Either of the two workers can be the holder that is found.
        string[] held = [$"{Held(serves)} of user nobody (65534)", $"{Held(other)} of user nobody (65534)"];
        string[] texts =
        [
            LastLine.Without(apply.Error).Split('\n')[1],
            Words(LastLine.Without((await Daemon.ControlAsync("status", "web@0")).Out)),
            Words(LastLine.Without((await Daemon.ControlAsync("binds", "web@0")).Out)),
            (await Daemon.EventAsync("cause", "web@0"))["REUSEPORT_REASON"]!,
        ];
        foreach (var text in texts)
        {
            Facts.AssertIn(text, Failed, "user root (0)", WayOut);
            Assert.Contains(held, holder => text.Contains(holder, StringComparison.Ordinal));
        }

        await FollowAsync(2);
    }

    /// <summary>An apply does not start a service that was started by a command.</summary>
    [Fact]
    public async Task Apply_OtherUserWithoutAutostart_NamesTheCommandThatStarts()
    {
        Root.Require();
        Daemon.Configure(Web(Hello, workers: 2, more: "autostart: false, user: nobody"));
        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("start", "web")).Code);
        Daemon.Configure(Web(Hello, workers: 2, more: "autostart: false, user: root"));
        var apply = await RefusedAsync();
        Facts.AssertIn(LastLine.Without(apply.Error), $": {WayOut} and 'reuseportctl start web'\n");

        Assert.Equal(0, (await Daemon.ControlAsync("stop", "web")).Code);
        Assert.Equal(0, (await Daemon.ControlAsync("apply")).Code);
        var start = await Daemon.ControlAsync("start", "web");
        Assert.Equal(0, start.Code);
        Counts.AssertLine(start.Out, "web", 2, 2);
        Assert.All(await ServingAsync(), pid => Assert.StartsWith("0\t", Processes.Status(pid, "Uid"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rollback_OtherUser_NamesTheFileAsTheRemedy()
    {
        Root.Require();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: nobody"));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: root"));
        await RefusedAsync();
        await FollowAsync(2);
        var rollback = await Daemon.ControlAsync("rollback", "web");
        Assert.Equal(1, rollback.Code);
        Facts.AssertIn(LastLine.Without(rollback.Error), $"the former file of web, {WayOut}\n");

        Daemon.Configure(Web(Hello, workers: 2, more: "user: nobody"));
        await FollowAsync(2);
    }

    [Fact]
    public async Task Apply_OtherFilter_NamesTheFilterAlone()
    {
        Daemon.Configure(Web(Hello, workers: 2));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 2, ports: Port + 1));
        var apply = await RefusedAsync();

        var error = LastLine.Without(apply.Error);
        Assert.Matches($"\nreuseportctl: web@0: .*{Failed}; .* web@[01] \\(process \\d+\\), .*", error);
        Facts.AssertIn(error, $"'reuseport.ports' has {Port + 1} and not {Port}");
        Assert.DoesNotContain(WayOut, error, StringComparison.Ordinal);
        Daemon.Configure(Web(Hello, workers: 2));
        var mended = await Daemon.ApplyAsync();
        Assert.Equal((0, ""), (mended.Code, mended.Error));
    }

    [Fact]
    public async Task Apply_OtherFilterOfAProgramThatDoesNotEnd_NamesTheFilterDuringTheStart()
    {
        Daemon.Configure(Web($"[{Checkout.Worker("binds")}, \"{Socket}\"]", workers: 1));
        await Daemon.StartAsync();
        var before = Daemon.Log.Records[^1];
        Daemon.Configure(
            Web($"[{Checkout.Worker("binds")}, \"{Socket}\"]", workers: 1, ports: Port + 1, more: "readiness: { timeout: 60s }"));
        Assert.Equal(0, (await Daemon.ControlAsync("apply", "--no-wait")).Code);
        var starts = await Daemon.EventAsync("spawn", "web@0", before);
        await Daemon.EventAsync("bind", "web@0", starts);

        var serves = Daemon.Events("ready")[0];
        var filter = $"'reuseport.ports' has {Port + 1} and not {Port}";
        var status = "";
        await Deadline.UntilAsync(
            async () =>
            {
                status = Words((await Daemon.ControlAsync("status", "web")).Out);
                return status.Contains(filter, StringComparison.Ordinal);
            },
            "the status has the cause");
        var binds = (await Daemon.ControlAsync("binds", "web")).Out;
        foreach (var text in new[] { status, Words(binds) })
            Facts.AssertIn(text, $"web@0: its replacement {starts.Pid} ", $"port {Port + 1}; ", Held(serves), filter);
        Assert.Matches($"\nweb@0 +{starts.Pid} .* EADDRINUSE\n", binds);
    }

    private string Failed => $"bind {Address}:{Port} tcp: EADDRINUSE; exit code 1";

    private static string Held(LogRecord serves) => $"{serves.Worker} (process {serves.Pid})";

    /// <summary>The text without the line breaks that the width of the terminal makes.</summary>
    private static string Words(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The apply fails, and each command has the same sentence, which has these facts.</summary>
    private async Task AssertRefusedAsync(LogRecord serves, params string[] facts)
    {
        var apply = await RefusedAsync();
        // Two workers that cannot share the port: the other worker was already down.
        var error = Assert.Single(
            LastLine.Without(apply.Error).Split('\n'),
            line => line.StartsWith($"reuseportctl: {serves.Worker}: ", StringComparison.Ordinal));
        Facts.AssertIn(error, facts);
        var cause = Words(error["reuseportctl: ".Length..]);
        foreach (var command in new[] { "status", "binds" })
        {
            var output = await Daemon.ControlAsync(command, serves.Worker!);
            Assert.EndsWith(cause, Words(LastLine.Without(output.Out)), StringComparison.Ordinal);
        }
    }

    /// <summary>The apply fails, and the processes that served before it serve on.</summary>
    private async Task<Command> RefusedAsync()
    {
        var before = await ServingAsync();
        var apply = await Daemon.ControlAsync("apply");
        Assert.Equal(1, apply.Code);
        Assert.StartsWith("reuseportctl: web ", apply.Error, StringComparison.Ordinal);
        Assert.Equal(before, await ServingAsync());
        return apply;
    }

    private async Task<int[]> ServingAsync()
    {
        using var status = JsonDocument.Parse((await Daemon.ControlAsync("status", "web", "-o", "json")).Out);
        return
        [
            .. status.RootElement.GetProperty("workers").EnumerateArray()
                .Where(worker => worker.GetProperty("state").GetString() == "ready")
                .Select(worker => worker.GetProperty("pid").GetInt32()),
        ];
    }

    /// <summary>Carries out the remedy.</summary>
    private async Task FollowAsync(int workers)
    {
        Assert.Equal(0, (await Daemon.ControlAsync("stop", "web")).Code);
        var apply = await Daemon.ControlAsync("apply");
        Assert.Equal((0, ""), (apply.Code, apply.Error));
        Assert.Equal([0, 1, 0, 0, workers, workers], Counts.In(apply.Out));
    }

    private string Web(
        string command,
        int workers,
        int? ports = null,
        string reuseport = "reuse_address: system",
        string more = "autostart: true") =>
        $$"""
        services:
          web:
            { command: {{command}}, workers: {{workers}}, reuseport: { ports: [{{ports ?? Port}}], {{reuseport}} }, {{more}} }
        """;
}
