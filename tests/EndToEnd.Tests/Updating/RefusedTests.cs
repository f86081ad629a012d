using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Updating;

/// <summary>
/// New workers that cannot have the port beside the old ones, which serve on: who asks is told why, and what helps does.
/// </summary>
public sealed class RefusedTests : DaemonTest
{
    private const string WayOut = "'reuseportctl stop web', then 'reuseportctl apply'";
    private const string OrAlone = ", or set 'update: { order: stop-first, max_unavailable: 1 }'";

    private string Hello => $"[{Checkout.Worker("hello")}, \"{Port}\", {Address}]";

    private string Socket => $"tcp4,{Address},{Port}";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task StaticProgram_MadeDynamic_IsToldOfTheFormerOne(int workers)
    {
        // Without the library the kernel is asked after two seconds only.
        var more = "readiness: { timeout: 5s }, restart: { delay: 60s, max_delay: 60s }";
        Daemon.Configure(Web($"[{Checkout.Worker("binds-static")}, \"{Socket}\"]", workers, more: more));
        Daemon.Launch();
        var serves = await Daemon.EventAsync("ready");
        if (workers > 1) await Daemon.EventAsync("backoff");
        Daemon.Configure(Web($"[{Checkout.Worker("binds")}, \"{Socket}\"]", workers, more: more));
        var cause = $"bind {Address}:{Port} tcp: EADDRINUSE; not ready in time: port {Port} missing; {Held(serves)}, which does not share it, as the preload library is not in "
                    + $"it: {WayOut}{(workers == 1 ? OrAlone : "")}";
        await AssertRefusedAsync(serves, cause);
        Assert.DoesNotContain("build it", (await Daemon.ControlAsync("status", serves.Worker!)).Out, StringComparison.Ordinal);

        await FollowAsync(workers);
    }

    [Fact]
    public async Task StaticProgram_Restarted_IsToldThatTwoCannotHaveThePort()
    {
        Daemon.Configure(Web($"[{Checkout.Worker("binds-static")}, \"{Socket}\"]", workers: 1, more: "readiness: { timeout: 5s }"));
        await Daemon.StartAsync();
        var restart = await Daemon.ControlAsync("restart", "web");

        Assert.Equal((1, "web: 1 of 1 workers ready, 1 of them not replaced\n"), (restart.Code, restart.Out));
        Assert.Contains(
            "neither it nor the process that it was to replace has the preload library, so the two cannot have one port: 'reuseportctl stop web', then "
            + $"'reuseportctl start web'{OrAlone}\n", LastLine.Without(restart.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SharingSwitchedOn_IsToldOfTheFormerOne()
    {
        Daemon.Configure(Web(Hello, workers: 1, reuseport: "reuse_port: false"));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 1));
        var serves = Daemon.Events("ready")[0];
        await AssertRefusedAsync(
            serves, $"{Failed}; {Held(serves)}, which does not share it, as 'reuseport.reuse_port' is not true for it: {WayOut}{OrAlone}");

        await FollowAsync(1);
    }

    [Fact]
    public async Task OtherUser_IsToldOfBoth()
    {
        Root.Require();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: nobody"));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: root"));
        var serves = Daemon.Events("ready", "web@0")[0];
        var apply = await RefusedAsync();
        var other = Daemon.Events("ready", "web@1")[0];
        string[] causes = [.. new[] { serves, other }.Select(one =>
            $"web@0: not replaced: {Failed}; {Held(one)} of user nobody (65534), and its replacement runs as user root (0): the kernel shares a port among sockets of one "
            + $"user only: {WayOut}")];
        Assert.Contains(LastLine.Without(apply.Error).Split('\n')[1], causes.Select(cause => $"reuseportctl: {cause}"));
        foreach (var command in new[] { "status", "binds" })
        {
            var said = Words(LastLine.Without((await Daemon.ControlAsync(command, "web@0")).Out));
            Assert.Contains(causes, cause => said.EndsWith(Words(cause), StringComparison.Ordinal));
        }

        var logged = await Daemon.EventAsync("cause", "web@0");
        Assert.Contains(logged.Message, causes);
        Assert.Equal(logged.Message, $"web@0: {logged["REUSEPORT_REASON"]}");

        await FollowAsync(2);
    }

    /// <summary>What somebody started by hand is not started by an apply.</summary>
    [Fact]
    public async Task OtherUser_OfOneThatIsNotStartedByItself_IsToldToStartIt()
    {
        Root.Require();
        Daemon.Configure(Web(Hello, workers: 2, more: "autostart: false, user: nobody"));
        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("start", "web")).Code);
        Daemon.Configure(Web(Hello, workers: 2, more: "autostart: false, user: root"));
        Assert.Contains($"one user only: {WayOut} and 'reuseportctl start web'\n", LastLine.Without((await RefusedAsync()).Error), StringComparison.Ordinal);

        Assert.Equal(0, (await Daemon.ControlAsync("stop", "web")).Code);
        Assert.Equal(0, (await Daemon.ControlAsync("apply")).Code);
        Assert.Equal((0, "web: 2 of 2 workers ready\n"), await Daemon.ControlAsync("start", "web") is var start ? (start.Code, start.Out) : default);
        Assert.All(await ServingAsync(), pid => Assert.StartsWith("0\t", Processes.Status(pid, "Uid"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task OtherUser_WantedBackByHand_IsToldToChangeTheFile()
    {
        Root.Require();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: nobody"));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 2, more: "user: root"));
        await RefusedAsync();
        await FollowAsync(2);
        var rollback = await Daemon.ControlAsync("rollback", "web");
        Assert.Equal(1, rollback.Code);
        Assert.Contains("one user only: change its file back, 'reuseportctl stop web', then 'reuseportctl apply'\n", LastLine.Without(rollback.Error), StringComparison.Ordinal);

        Daemon.Configure(Web(Hello, workers: 2, more: "user: nobody"));
        await FollowAsync(2);
    }

    [Fact]
    public async Task OtherFilter_IsToldOfTheFilterAlone()
    {
        Daemon.Configure(Web(Hello, workers: 2));
        await Daemon.StartAsync();
        Daemon.Configure(Web(Hello, workers: 2, ports: Port + 1));
        var apply = await RefusedAsync();

        Assert.Matches(
            $"\nreuseportctl: web@0: not replaced: {Failed}; {Address}:{Port} tcp is held by worker web@[01] \\(process \\d+\\), and its replacement does not share it, as "
            + $"'reuseport.ports' has {Port + 1} and not {Port}; correct that, or what the program takes\n", LastLine.Without(apply.Error));
        Daemon.Configure(Web(Hello, workers: 2));
        var mended = await Daemon.ApplyAsync();
        Assert.Equal((0, ""), (mended.Code, mended.Error));
    }

    /// <summary>Half a minute is long where nobody says what is waited for.</summary>
    [Fact]
    public async Task OtherFilter_OfAProgramThatStays_IsToldWhileItIsWaitedFor()
    {
        Daemon.Configure(Web($"[{Checkout.Worker("binds")}, \"{Socket}\"]", workers: 1));
        await Daemon.StartAsync();
        var before = Daemon.Log.Records[^1];
        Daemon.Configure(Web($"[{Checkout.Worker("binds")}, \"{Socket}\"]", workers: 1, ports: Port + 1, more: "readiness: { timeout: 60s }"));
        Assert.Equal(0, (await Daemon.ControlAsync("apply", "--no-wait")).Code);
        var starts = await Daemon.EventAsync("spawn", "web@0", before);
        await Daemon.EventAsync("bind", "web@0", starts);

        var serves = Daemon.Events("ready")[0];
        var cause = $"web@0: its replacement {starts.Pid} is starting: bind {Address}:{Port} tcp: EADDRINUSE; waits for at most 1 min for port {Port + 1}; {Held(serves)}, and its "
                    + $"replacement does not share it, as 'reuseport.ports' has {Port + 1} and not {Port}; correct that, or what the program takes";
        await Deadline.UntilAsync(
            async () => Words((await Daemon.ControlAsync("status", "web")).Out).EndsWith(Words(cause), StringComparison.Ordinal), "the cause is said");
        var binds = (await Daemon.ControlAsync("binds", "web")).Out;
        Assert.EndsWith(Words(cause), Words(binds), StringComparison.Ordinal);
        Assert.Matches($"\nweb@0 +{starts.Pid} .* EADDRINUSE\n", binds);
    }

    private string Failed => $"bind {Address}:{Port} tcp: EADDRINUSE; exit code 1";

    private string Held(LogRecord serves) => $"{Address}:{Port} tcp is held by worker {serves.Worker} (process {serves.Pid})";

    /// <summary>Whatever the width of the terminal.</summary>
    private static string Words(string text) => string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private async Task AssertRefusedAsync(LogRecord serves, string cause)
    {
        var apply = await RefusedAsync();
        // Of two that cannot share one was down before, whichever it was.
        Assert.Contains($"reuseportctl: {serves.Worker}: not replaced: {cause}", LastLine.Without(apply.Error).Split('\n'));
        foreach (var command in new[] { "status", "binds" })
            Assert.EndsWith(Words($"{serves.Worker}: not replaced: {cause}"), Words(LastLine.Without((await Daemon.ControlAsync(command, serves.Worker!)).Out)), StringComparison.Ordinal);
    }

    /// <summary>Nothing is lost: who served does so still.</summary>
    private async Task<Command> RefusedAsync()
    {
        var before = await ServingAsync();
        var apply = await Daemon.ControlAsync("apply");
        Assert.Equal(1, apply.Code);
        Assert.StartsWith("reuseportctl: web was rolled back and runs as before\n", apply.Error, StringComparison.Ordinal);
        Assert.Equal(before, await ServingAsync());
        return apply;
    }

    private async Task<int[]> ServingAsync()
    {
        using var status = JsonDocument.Parse((await Daemon.ControlAsync("status", "web", "-o", "json")).Out);
        return
        [
            .. status.RootElement.GetProperty("workers").EnumerateArray().Where(worker => worker.GetProperty("state").GetString() == "ready")
                .Select(worker => worker.GetProperty("pid").GetInt32()),
        ];
    }

    /// <summary>Does as it was told.</summary>
    private async Task FollowAsync(int workers)
    {
        Assert.Equal(0, (await Daemon.ControlAsync("stop", "web")).Code);
        var apply = await Daemon.ControlAsync("apply");
        Assert.Equal((0, $"services: 0 added, 1 changed, 0 removed, 0 unchanged; {workers} of {workers} workers ready\n", ""), (apply.Code, apply.Out, apply.Error));
    }

    private string Web(string command, int workers, int? ports = null, string reuseport = "reuse_address: system", string more = "autostart: true") => $$"""
        services:
          web:
            { command: {{command}}, workers: {{workers}}, reuseport: { ports: [{{ports ?? Port}}], {{reuseport}} }, {{more}} }
        """;
}
