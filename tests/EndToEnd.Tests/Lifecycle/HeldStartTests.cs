using System.Diagnostics;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>
/// A worker stops all processes of its user. The daemon still answers, replaces the workers of others, and ends in time.
/// </summary>
public sealed class HeldStartTests : DaemonTest
{
    /// <summary>A user of Debian without processes: the attacker suspends every process that it may signal.</summary>
    private const string User = "uucp";

    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(3);

    /// <summary>The grace period of the services below, with time for SIGKILL and the log on a loaded machine.</summary>
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Probe_StoppedByItsUser_DoesNotDelayOthers()
    {
        Root.Require();
        await StartAsync(
            "liveness: { type: exec, command: [\"true\"], period: 100ms, timeout: 500ms, failure_threshold: 1000 },");
        for (var round = 0; round < 10; round++) await AssertOthersAreServedAsync();
        await AssertStopsInTimeAsync();
    }

    [Fact]
    public async Task Start_StoppedByItsUser_IsKilledAndReported()
    {
        Root.Require();
        await StartAsync("");
        Daemon.Configure(Yaml("", Victim(8, $", {NoDelay}, environment: {{ PATH: \"{LongPath}\" }}")));
        var last = Daemon.Log.Records[^1];
        Daemon.Signal(Processes.Hangup);

        // If a start escapes the attacker, the test kills its process, so that the daemon starts it again.
        var held = Daemon.EventAsync("spawn_error", after: last);
        while (!held.IsCompleted)
        {
            foreach (var victim in Daemon.Events("spawn").Where(IsOfVictim))
                if (Processes.Status(victim.Pid, "PPid") == $"{Daemon.Pid}") _ = Processes.TrySignal(victim.Pid, Processes.Kill);
            await AssertOthersAreServedAsync();
        }

        var error = await held;
        Assert.Contains(error["REUSEPORT_STEP"], (string[])["setuid", "chdir", "exec"]);
        Assert.Equal("110", error["ERRNO"]);
        await AssertStopsInTimeAsync();
    }

    [Fact]
    public async Task Worker_KilledUnderATracer_DoesNotDelayTheStop()
    {
        Root.Require();
        using var tracer = Process.Start(
            Command.Start(
                "setpriv", ["--reuid", User, "--regid", User, "--clear-groups", Checkout.Worker("stops-others"), "keep"]))!;
        try
        {
            await tracer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Daemon.Configure($"services: {{ {Victim(1)} }}");
            await Daemon.StartAsync();
            await Deadline.UntilAsync(
                async () =>
                {
                    if (Processes.Status(Daemon.PidOf("victim@0"), "TracerPid") is { } by && by.Trim() != "0") return true;
                    await Daemon.ControlAsync("restart", "victim");
                    return false;
                },
                "the worker is traced");
            Processes.Signal(Daemon.PidOf("victim@0"), Processes.Kill);
            var exit = await Daemon.EventAsync("exit", "victim@0", where: record => record["EXIT_STATUS"] == "9");
            Assert.Equal("Z", Processes.Stat(exit.Pid, 3));

            await AssertStopsInTimeAsync();
        }
        finally
        {
            tracer.Kill();
        }
    }

    /// <summary>The search for the program in many folders takes time between the change of user and the exec.</summary>
    private static string LongPath => string.Concat(Enumerable.Repeat("/nonexistent:", 300)) + "/usr/bin:/bin";

    private static string AsUser => $"user: {User}, group: {User}";

    private static string Grace => "stop_grace_period: 1s, readiness: { type: delay, delay: 0s }";

    private static string NoDelay => "restart: { delay: 10ms, multiplier: 1, jitter: 0 }";

    private static string Victim(int workers, string more = "") =>
        $"victim: {{ command: [sleep, infinity], workers: {workers}, {AsUser}, reuseport: {{ ports: [1] }}, {Grace}{more} }}";

    private static bool IsOfVictim(LogRecord record) => record.Worker!.StartsWith("victim@", StringComparison.Ordinal);

    private static string Yaml(string liveness, string more = "") => $$"""
        services:
          other: { command: [sleep, infinity], workers: 2, reuseport: { ports: [2] }, {{NoDelay}}, {{Grace}} }
          attacker:
            { command: [{{Checkout.Worker("stops-others")}}, stop], workers: 1, {{liveness}} {{AsUser}},
              reuseport: { ports: [3] }, {{Grace}}, {{NoDelay}} }
          {{more}}
        """;

    private async Task StartAsync(string liveness)
    {
        Daemon.Configure(Yaml(liveness));
        await Daemon.StartAsync();
        await Daemon.LineAsync("attacking", "attacker@0");
    }

    private async Task AssertOthersAreServedAsync()
    {
        var former = Daemon.PidOf("other@0");
        var last = Daemon.Log.Records[^1];
        Processes.Signal(former, Processes.Kill);
        var ready = await Daemon.EventAsync("ready", "other@0", last);
        Assert.NotEqual(former, ready.Pid);

        using var api = Daemon.Api();
        var since = Stopwatch.GetTimestamp();
        using var answer = await api.GetAsync("/v1/status", TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.True(Stopwatch.GetElapsedTime(since) < Promptly, $"status took {Stopwatch.GetElapsedTime(since)}");
    }

    private async Task AssertStopsInTimeAsync()
    {
        var since = Stopwatch.GetTimestamp();
        await Daemon.StopAsync();
        Assert.True(Stopwatch.GetElapsedTime(since) < InTime, $"the end took {Stopwatch.GetElapsedTime(since)}");
    }
}
