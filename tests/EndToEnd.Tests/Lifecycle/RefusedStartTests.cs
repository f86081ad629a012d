using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>
/// While a file exists, the kernel refuses each clone3(2) of a process (ENOMEM), or each epoll_ctl(2) that adds a pidfd (ENOSPC).
/// </summary>
public sealed class RefusedStartTests : DaemonTest
{
    private const int NoFilter = 75;
    private const string Yaml = """
        services:
          web:
            command: [sleep, infinity]
            workers: 3
            readiness: { type: delay, delay: 0s }
            restart: { delay: 10ms, multiplier: 1, jitter: 0 }
            reuseport: { ports: [1] }
        """;

    private readonly string _file;

    public RefusedStartTests()
    {
        _file = Daemon.Folder["refuse"];
        Daemon.Configure(Yaml);
    }

    [Theory]
    [InlineData("clone3", "ENOMEM")]
    [InlineData("epoll_ctl", "fs.epoll.max_user_watches")]
    public async Task Start_CallIsRefused_WorkersWaitUntilItIsNot(string call, string limit)
    {
        await UseAsync(call);
        File.Create(_file).Dispose();
        await Daemon.StartAsync();

        Assert.Equal(["waiting", "waiting", "waiting"], await StatesAsync());
        await AssertOneEventHasAsync(limit);
        File.Delete(_file);
        for (var index = 0; index < 3; index++) await Daemon.EventAsync("ready", $"web@{index}");
        Assert.Equal(["ready", "ready", "ready"], await StatesAsync());
        Assert.Empty(Daemon.Events("spawn_error"));
        await AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("clone3", "ENOMEM")]
    [InlineData("epoll_ctl", "fs.epoll.max_user_watches")]
    public async Task Crash_CallIsRefused_WorkersWaitUntilItIsNot(string call, string limit)
    {
        await UseAsync(call);
        await Daemon.StartAsync();
        var last = Daemon.Log.Records[^1];
        File.Create(_file).Dispose();
        for (var index = 0; index < 3; index++) Processes.Signal(Daemon.PidOf($"web@{index}"), Processes.Kill);

        await Deadline.UntilAsync(
            async () => (await StatesAsync()).All(state => state == "waiting"), "the workers wait");
        await AssertOneEventHasAsync(limit);
        File.Delete(_file);
        for (var index = 0; index < 3; index++) await Daemon.EventAsync("ready", $"web@{index}", last);
        Assert.Equal(["ready", "ready", "ready"], await StatesAsync());
        await AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("clone3")]
    [InlineData("epoll_ctl")]
    public async Task Stop_WorkersWait_EndsTheDaemon(string call)
    {
        await UseAsync(call);
        File.Create(_file).Dispose();
        await Daemon.StartAsync();

        await Daemon.StopAsync();
        Assert.Empty(Daemon.Events("spawn"));
    }

    [Fact]
    public async Task Probe_EpollRefusesItsCommand_FailsAndTheCommandIsReaped()
    {
        await UseAsync("epoll_ctl");
        const string probe = "{ type: exec, command: [sleep, infinity], period: 100ms, timeout: 300ms, failure_threshold: 1000 }";
        Daemon.Configure($"{Yaml}\n    liveness: {probe}\n");
        await Daemon.StartAsync("--log-level", "debug");
        File.Create(_file).Dispose();

        LogRecord? failed = null;
        for (var number = 0; number < 10; number++)
            failed = await Daemon.EventAsync(
                "probe_failed",
                after: failed,
                where: record => record["REUSEPORT_REASON"]!.Contains("ENOSPC", StringComparison.Ordinal));
        Assert.Equal(["ready", "ready", "ready"], await StatesAsync());
        await AssertNothingIsLeftAsync();
    }

    /// <summary>A process can have one such filter only, so a sandbox of the tests may already have it.</summary>
    private async Task UseAsync(string call)
    {
        Daemon.Wrapper = [Checkout.Worker("refuses"), call, _file];
        var tried = await Command.RunAsync(Daemon.Wrapper[0], [.. Daemon.Wrapper[1..], "true"]);
        Assert.SkipWhen(tried.Code == NoFilter, tried.Error);
        Assert.Equal(0, tried.Code);
    }

    /// <summary>The log of the daemon can come after the status that it answers.</summary>
    private async Task AssertOneEventHasAsync(string limit)
    {
        await Daemon.EventAsync("no_room");
        var logged = Assert.Single(Daemon.Events("no_room"));
        Assert.Equal("web", logged["REUSEPORT_SERVICE"]);
        Assert.Contains(limit, logged["REUSEPORT_LIMIT"], StringComparison.Ordinal);
    }

    /// <summary>No process of a refused start runs or is a zombie: only the three workers and the guard exist.</summary>
    private Task AssertNothingIsLeftAsync() =>
        Deadline.UntilAsync(() => Processes.ChildrenOf(Daemon.Pid).Length == 4, "the daemon has four children");

    private async Task<string[]> StatesAsync()
    {
        var status = await Daemon.ControlAsync("status", "web", "-o", "json");
        using var document = JsonDocument.Parse(status.Out);
        return [.. document.RootElement.GetProperty("workers").EnumerateArray()
            .Select(worker => worker.GetProperty("state").GetString()!)];
    }
}
