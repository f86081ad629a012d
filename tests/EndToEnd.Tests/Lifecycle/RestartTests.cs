using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>Programs that end by themselves.</summary>
public sealed class RestartTests : DaemonTest
{
    [Fact]
    public async Task CrashLoop_Backoff_HasGrowingDelays()
    {
        Configure("exit 3", "{ delay: 10ms, multiplier: 2, max_delay: 60ms, jitter: 0 }");
        await Daemon.StartAsync();

        LogRecord? backoff = null;
        foreach (var delay in (int[])[10, 20, 40, 60, 60])
        {
            backoff = await Daemon.EventAsync("backoff", "job@0", backoff);
            Assert.Equal(delay, backoff.Number("REUSEPORT_DELAY_MS"));
        }

        Assert.Equal(("exited", "3"), (Daemon.Events("exit")[0]["EXIT_CODE"], Daemon.Events("exit")[0]["EXIT_STATUS"]));
        Assert.Empty(Daemon.Events("ready"));
    }

    [Fact]
    public async Task CrashLoop_Status_HasBackoffAndLastExit()
    {
        Configure("signal 6", "{ delay: 10m, max_delay: 10m }");
        await Daemon.StartAsync();

        var status = await Daemon.ControlAsync("status", "job");
        Assert.Equal(3, status.Code);
        Assert.Matches(@"job@0 +backoff +- +- +1 +- +- +0 +SIGABRT +\d+m ", status.Out);
    }

    [Fact]
    public async Task MaxAttempts_Reached_StaysFailed()
    {
        Configure("exit 1", "{ delay: 1ms, max_delay: 5ms, max_attempts: 3 }");
        await Daemon.StartAsync();
        var failed = await Daemon.EventAsync("failed", "job@0");

        Assert.Equal(4, Daemon.Events("spawn", "job@0").Length);
        Assert.Contains("more than 3 restarts", failed.Message, StringComparison.Ordinal);
        Assert.Equal("3", failed["PRIORITY"]);
        Assert.Matches(@"job@0 +failed ", (await Daemon.ControlAsync("status")).Out);
        Assert.Equal(4, Daemon.Events("spawn", "job@0").Length);
    }

    [Theory]
    [InlineData("no", "exit 1", "failed")]
    [InlineData("no", "exit 0", "stopped")]
    [InlineData("on-failure", "exit 0", "stopped")]
    [InlineData("on-failure", "exit 1", "backoff")]
    [InlineData("always", "exit 0", "backoff")]
    public async Task Policy_ProgramEnds_LeavesItInThisState(string policy, string end, string state)
    {
        Configure(end, $"{{ policy: {policy}, delay: 10m, max_delay: 10m }}");
        await Daemon.StartAsync();

        Assert.Matches($"job@0 +{state} ", (await Daemon.ControlAsync("status")).Out);
        Assert.Single(Daemon.Events("spawn"));
    }

    [Fact]
    public async Task Policy_NoWithoutQuotes_IsThePolicy()
    {
        Configure("exit 1", "no");
        await Daemon.StartAsync();

        await Daemon.EventAsync("failed", "job@0");
    }

    [Fact]
    public async Task MissingProgram_Start_IsReportedAndRetried()
    {
        Daemon.Configure($$"""
            services:
              job:
                command: [no-such-program]
                restart: { delay: 10ms }
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        var error = await Daemon.EventAsync("spawn_error", "job@0");
        Assert.Equal(("2", "3"), (error["ERRNO"], error["PRIORITY"]));
        Assert.Contains("no-such-program: ENOENT", error.Message, StringComparison.Ordinal);
        await Daemon.EventAsync("spawn_error", "job@0", error);
    }

    private void Configure(string end, string restart) => Daemon.Configure($$"""
        services:
          job:
            command: {{Checkout.Worker("dies")}} {{end}}
            restart: {{restart}}
            reuseport: { ports: [{{Port}}] }
        """);
}
