using System.Diagnostics;

namespace EndToEnd.Tests.Systemd;

public sealed class StartTests(Machine machine) : SystemdTest(machine)
{
    /// <summary>The file that the worker of <see cref="ConfigureGated"/> waits for before it listens.</summary>
    private const string Gate = "/run/gate";

    [Fact]
    public async Task Start_FourWorkers_AllServeWhenItReturns()
    {
        ConfigureWeb(workers: 4);

        await StartAsync();

        await AllAnswerAsync(workers: 4);
        await UntilAsync("StatusText", "4 of 4 workers ready");
        Assert.Contains("Status: \"4 of 4 workers ready\"", (await UnitAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NoServices_IsUp()
    {
        await StartAsync();

        Assert.Equal("active", await PropertyAsync("ActiveState"));
        await UntilAsync("StatusText", "0 of 0 workers ready");
    }

    [Fact]
    public async Task Start_WorkerNeverReady_WaitIsLimited()
    {
        ConfigureWeb(workers: 2);
        Configure(
            "mute", """
            services:
              mute:
                command: [sleep, infinity]
                reuseport: { ports: [8081] }
                readiness: { type: bind, timeout: 300ms }
                restart: { policy: always, delay: 1h, max_delay: 1h }
            """);

        await StartAsync();

        await UntilAsync("StatusText", "2 of 3 workers ready; 1 in backoff");
        await AllAnswerAsync(workers: 2);
        Assert.Equal("8081", (await Journal.EventAsync("readiness_timeout", "mute"))["REUSEPORT_MISSING"]);
    }

    [Fact]
    public async Task Start_BadConfiguration_FailsOnceWithThePlacesOfItsErrors()
    {
        Configure("web", "services:\n  web:\n    restrat: {}\n");

        var started = await UnitAsync("start");

        Assert.Equal(1, started.Code);
        Assert.Equal("78", await PropertyAsync("ExecMainStatus"));
        // Else it would be "activating", and again.
        Assert.Equal("failed", await PropertyAsync("ActiveState"));
        Assert.Equal("0", await PropertyAsync("NRestarts"));
        var entries = await JournalctlAsync(1, "SYSLOG_IDENTIFIER=reuseportd");
        Assert.Contains(entries, entry => entry.Message.Contains("services.d/web.yaml:3:5: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Apply_DuringTheStart_IsPartOfIt()
    {
        await StartGatedAsync();
        ConfigureWeb(workers: 2);

        var applied = Machine.RunAsync("reuseportctl", "apply");
        await Journal.EventAsync("ready", "web", 1);
        Assert.Equal("start", await PropertyAsync("SubState"));
        await OpenGateAsync();

        Assert.Equal("services: 1 added, 0 changed, 0 removed, 1 unchanged; 3 of 3 workers ready\n", (await applied).Out);
        await UntilAsync("SubState", "running");
        await AllAnswerAsync(workers: 2);
    }

    [Fact]
    public async Task Apply_BadConfigurationDuringTheStart_DoesNotEndIt()
    {
        await StartGatedAsync();
        Configure("bad", "services: [");

        var applied = await Machine.RunAsync("reuseportctl", "apply");

        Assert.Equal(1, applied.Code);
        Assert.Contains("services.d/bad.yaml:1:", applied.Error, StringComparison.Ordinal);
        // Earlier notifications are in the queue before the query.
        Assert.Equal("start", await PropertyAsync("SubState"));
        await OpenGateAsync();
        await UntilAsync("SubState", "running");
    }

    [Fact]
    public async Task Stop_DuringTheStart_IsPromptAndLeavesNoProcess()
    {
        await StartGatedAsync();
        var clock = Stopwatch.StartNew();

        await Machine.DoAsync("systemctl", "stop", "reuseportd");

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(9));
        Assert.Equal(("inactive", "success"), (await PropertyAsync("ActiveState"), await PropertyAsync("Result")));
        Assert.Empty(Machine.Workers());
    }

    [Fact]
    public async Task Start_Worker_HasNoVariablesOfTheServiceManager()
    {
        Configure(
            "look", """
            services:
              look:
                command:
                  - sh
                  - -c
                  - echo here > /tmp/look && cat /root/page && ulimit -Sn && env && echo end && exec sleep infinity
                reuseport: { ports: any }
                readiness: { type: delay, delay: 0 }
            """);
        await File.WriteAllTextAsync(Machine.Path("/root/page"), "a page at home\n");

        await StartAsync();

        await Journal.WaitAsync("the worker has looked", entry => entry.IsOf("look") && entry.Message == "end");
        var said = Journal.Entries.Where(entry => entry.IsOf("look") && entry.Has("REUSEPORT_STREAM"))
            .Select(entry => entry.Message).ToArray();
        Assert.Contains("a page at home", said);
        Assert.Contains("1024", said);
        Assert.Equal("here\n", await File.ReadAllTextAsync(Machine.Path("/tmp/look")));
        Assert.DoesNotContain(
            said,
            line => line.StartsWith("NOTIFY_SOCKET=", StringComparison.Ordinal)
                || line.StartsWith("WATCHDOG_", StringComparison.Ordinal));
    }

    /// <summary>
    /// Starts a service whose worker listens when the gate is opened, and returns while systemd waits for that.
    /// </summary>
    private async Task StartGatedAsync()
    {
        await Machine.DoAsync("sh", "-c", $"rm -f {Gate}; mkfifo {Gate}");
        Configure(
            "gated", $$"""
            services:
              gated:
                command: [sh, -c, "read word < {{Gate}}; exec {{MachineScript.Workers}}/hello 8081"]
                reuseport: { ports: [8081] }
            """);
        await Machine.DoAsync("systemctl", "start", "--no-block", "reuseportd");
        await Journal.EventAsync("spawn", "gated");
    }

    private async Task OpenGateAsync() => await Machine.DoAsync("sh", "-c", $"echo > {Gate}");
}
