using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>
/// The limits of the daemon have no room for more processes: workers wait in a state that names the limit, and start when there
/// is room.
/// </summary>
public sealed class TaskLimitTests : DaemonTest
{
    /// <summary>A user without processes.</summary>
    private const int User = 54_329;

    /// <summary>The room covers some threads that the daemon makes later, and some workers.</summary>
    private const int Room = 12;
    private const int Few = 2;
    private const int Many = 40;
    private const int PoolThreads = 32;
    private const string PoolThread = ".NET TP Worker";

    [Fact]
    public async Task Scale_PidsMaxHasNoRoom_WorkersWaitUntilItIsRaised()
    {
        using var group = new PidsGroup();
        group.Wrap(Daemon);
        await StartAsync();
        var most = group.Leave(Room);

        await AssertWaitAsync($"pids.max (TasksMax) of the control group {group.Name} is {most}");
        await AssertIsReplacedAsync();
        group.Lift();
        await AssertAllStartAsync();
    }

    [Fact]
    public async Task Scale_PidsMaxHasNoRoom_WorkersWaitUntilOthersHaveEnded()
    {
        using var group = new PidsGroup();
        group.Wrap(Daemon);
        await StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("scale", "other", $"{Many}")).Code);
        var most = group.Leave(Room);

        await AssertWaitAsync($"pids.max (TasksMax) of the control group {group.Name} is {most}");
        Assert.Equal(0, (await Daemon.ControlAsync("scale", "other", "0")).Code);
        await AssertAllStartAsync();
    }

    /// <summary>The runtime ends a process that gets no thread for its pool, so the daemon has all threads before.</summary>
    [Fact]
    public async Task Ask_NoProcessOrThreadCanBeMade_ManyClientsAreAnsweredAndTheDaemonEnds()
    {
        using var group = new PidsGroup();
        group.Wrap(Daemon);
        await StartAsync();
        Assert.Equal(PoolThreads, Threads().Count(thread => thread == PoolThread));
        group.Leave(0);
        using var api = Daemon.Api();
        for (var round = 0; round < 10; round++)
            await Task.WhenAll(Enumerable.Range(0, Many).Select(async _ =>
            {
                using var answer = await api.GetAsync("/v1/status", TestContext.Current.CancellationToken);
                Assert.True(answer.IsSuccessStatusCode);
            }));

        await AssertIsReplacedAsync();
        group.Leave(0);
        Assert.Equal(PoolThreads, Threads().Count(thread => thread == PoolThread));
        Daemon.Signal(Processes.Hangup);
        await Daemon.EventAsync("reload");
        await Daemon.StopAsync();
    }

    /// <summary>An earlier daemon's workers may have taken the pids.</summary>
    [Fact]
    public async Task Start_NoRoomForThePool_MakesItsThreadsOnDemand()
    {
        using var group = new PidsGroup();
        group.Wrap(Daemon);
        group.Leave((2 * PoolThreads) - 6);
        await StartAsync();

        Assert.InRange(Threads().Count(thread => thread == PoolThread), 1, PoolThreads - 1);
        await AssertIsReplacedAsync();
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Scale_UserHasTooManyProcesses_WorkersWaitUntilTheLimitIsRaised()
    {
        await Daemon.BecomeOrdinaryAsync(user: User);
        await StartAsync("--preload", await Daemon.LibraryCopyAsync());
        var most = TasksOfUser() + Room;
        await LimitAsync(most);

        await AssertWaitAsync($"RLIMIT_NPROC is {most}");
        await AssertIsReplacedAsync();
        await LimitAsync(most + Many);
        await AssertAllStartAsync();
    }

    private string[] Threads() =>
        [.. Directory.GetDirectories($"/proc/{Daemon.Pid}/task").Select(thread => File.ReadAllText($"{thread}/comm").TrimEnd())];

    private static int TasksOfUser() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
        .Where(pid => Processes.Status(pid, "Uid")?.Split('\t')[0] == $"{User}")
        .Sum(pid => int.Parse(Processes.Status(pid, "Threads") ?? "0", CultureInfo.InvariantCulture));

    /// <summary>Changes the soft limit. A root without CAP_SYS_RESOURCE cannot, but the user can.</summary>
    private async Task LimitAsync(int most)
    {
        string[] words = [$"--reuid={User}", $"--regid={User}", "--clear-groups", "prlimit", "--pid", $"{Daemon.Pid}"];
        var limit = await Command.RunAsync("setpriv", [.. words, $"--nproc={most}:"]);
        Assert.True(limit.Code == 0, limit.Error);
    }

    private async Task StartAsync(params string[] arguments)
    {
        const string restart = "restart: { delay: 10ms, multiplier: 1, jitter: 0 }";
        const string common = $"reuseport: {{ ports: any }}, readiness: {{ type: delay, delay: 0s }}, {restart}";
        Daemon.Configure($$"""
            services:
              web: { command: [sleep, infinity], workers: {{Few}}, {{common}} }
              other: { command: [sleep, infinity], workers: 1, {{common}} }
            """);
        await Daemon.StartAsync(arguments);
    }

    /// <summary>One event names the limit for the whole service. No start counts as failed.</summary>
    private async Task AssertWaitAsync(string limit)
    {
        await Daemon.ControlAsync("scale", "web", $"{Many}");
        await Deadline.UntilAsync(
            async () => (await WorkersAsync()).All(worker => StateOf(worker) is "ready" or "waiting"),
            "the workers are ready or wait");
        var waiting = (await WorkersAsync()).Where(worker => StateOf(worker) == "waiting").ToArray();
        Assert.NotEmpty(waiting);
        Assert.All(waiting, worker => Assert.Equal($"waits for room: {limit}", (string?)worker["detail"]));
        await Daemon.EventAsync("no_room");
        var logged = Assert.Single(Daemon.Events("no_room"));
        Assert.Equal(("web", limit), (logged["REUSEPORT_SERVICE"], logged["REUSEPORT_LIMIT"]));
    }

    /// <summary>A worker that ends is replaced while others wait.</summary>
    private async Task AssertIsReplacedAsync()
    {
        var last = Daemon.Log.Records[^1];
        Processes.Signal(Daemon.PidOf("other@0"), Processes.Kill);
        await Daemon.EventAsync("ready", "other@0", last);
    }

    private async Task AssertAllStartAsync()
    {
        await Deadline.UntilAsync(async () => (await WorkersAsync()).All(worker => StateOf(worker) == "ready"), "all are ready");
        Assert.Equal(Many, (await WorkersAsync()).Length);
        Assert.Empty(Daemon.Events("spawn_error"));
        await Daemon.StopAsync();
    }

    private static string StateOf(JsonNode worker) => (string)worker["state"]!;

    private async Task<JsonNode[]> WorkersAsync() =>
        [.. (await Daemon.JsonAsync("status", "web"))["workers"]!.AsArray().Select(worker => worker!)];
}
