using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Balancers;

/// <summary>The drain of a host, by command and before a stop.</summary>
public sealed class DrainTests : DaemonTest
{
    [Fact]
    public async Task Drain_Undrain_WorkersEndAndStartAgain()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        var drain = await Daemon.ControlAsync("drain", "--lb-grace", "100ms");
        Assert.Equal(0, drain.Code);
        Assert.Equal(["web: 2 of 2 workers stopped", "the host is drained"], drain.Out.Split('\n')[..2]);
        Assert.Equal("drained", await HostStateAsync());
        Assert.Empty(Listeners.On(Port));
        // The record in the log may follow the answer of a command.
        await Deadline.UntilAsync(() => Daemon.Events("host_drain").Length >= 2, "both phases are in the log");
        Assert.Equal(["leaving", "draining"], Daemon.Events("host_drain").Select(drained => drained["REUSEPORT_PHASE"]));

        // The user sees that the command has not started the workers.
        Assert.Equal(1, (await Daemon.ControlAsync("start", "web")).Code);
        Assert.Equal(0, (await Daemon.ControlAsync("undrain")).Code);
        Assert.Null(await HostStateAsync());
        Assert.Equal("2", await AnsweringAsync());
        Assert.Equal(0, (await Daemon.ControlAsync("undrain")).Code);
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Drain_NoWait_CanBeTakenBackDuringTheGraceTime()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("drain", "--lb-grace", "10m", "--no-wait")).Code);
        Assert.Equal("leaving", await HostStateAsync());
        Assert.Equal(5, (await Daemon.ControlAsync("drain", "--lb-grace", "10m", "--timeout", "100ms")).Code);
        Assert.Equal(0, (await Daemon.ControlAsync("undrain")).Code);
        Assert.Null(await HostStateAsync());
        Assert.Empty(Daemon.Events("exit"));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Drain_Reexec_HostStaysDrained()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("drain", "--lb-grace", "10m", "--no-wait")).Code);
        await ReexecAsync();
        Assert.Equal("leaving", await HostStateAsync());
        Assert.Equal(0, (await Daemon.ControlAsync("drain", "--lb-grace", "0s")).Code);
        await ReexecAsync();
        Assert.Equal("drained", await HostStateAsync());
        Assert.Equal(0, (await Daemon.ControlAsync("apply")).Code);
        Assert.Empty(Listeners.On(Port));

        Assert.Equal(0, (await Daemon.ControlAsync("undrain")).Code);
        Assert.Equal("2", await AnsweringAsync());
        await Daemon.StopAsync();
    }

    /// <summary>The drain is no configuration: it ends with the daemon.</summary>
    [Fact]
    public async Task Drain_StopAndStart_HostServes()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("drain", "--lb-grace", "0s")).Code);
        await Daemon.StopAndStartAsync();
        Assert.Null(await HostStateAsync());
        Assert.Equal("2", await AnsweringAsync());
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Stop_WithGraceTime_WorkersServeBeforeTheyEnd()
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", "shutdown: { lb_grace: 5s }\n");
        ConfigureWeb();
        await Daemon.StartAsync();
        Daemon.Signal(Processes.Terminate);
        await Daemon.EventAsync("host_drain");
        Assert.Equal("stopping", (await Daemon.EventAsync("stopping")).Event);
        Assert.Equal("2", await AnsweringAsync());
        Assert.Equal("leaving", await HostStateAsync());
        Assert.Equal(3, (await Daemon.ControlAsync("undrain")).Code);
        Assert.Equal(0, await Daemon.ExitAsync());
        Assert.Single(Daemon.Events("host_drained"));
    }

    [Fact]
    public async Task Stop_SecondSignal_EndsTheGraceTime()
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", "shutdown: { lb_grace: 10m }\n");
        ConfigureWeb();
        await Daemon.StartAsync();
        Daemon.Signal(Processes.Terminate);
        await Daemon.EventAsync("host_drain");
        Assert.Empty(Daemon.Events("stop"));
        await Daemon.StopAsync();
    }

    [Theory]
    [InlineData("web", 69)]
    [InlineData("bad", 69)]
    public async Task ExitOnFailed_ServiceHasGivenUp_DaemonEndsWithItsCode(string service, int code)
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", $"exit_on_failed: [{service}]\n");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                restart: no
                reuseport: { ports: [{{Port}}] }
              bad:
                command: [sh, -c, "exit 3"]
                restart: { delay: 10ms, max_delay: 10ms, max_attempts: 2 }
                reuseport: { ports: any }
            """);
        Daemon.Launch();
        if (service == "web")
        {
            await Daemon.EventAsync("failed", "bad@0");
            await Daemon.EventAsync("started");
            Processes.Signal(Daemon.PidOf("web@0"), Processes.Kill);
        }

        Assert.Equal(code, await Daemon.ExitAsync());
        Assert.Equal($"{service}@0", Assert.Single(Daemon.Events("service_failed")).Worker);
        Assert.Single(Daemon.Events("stopped"));
    }

    private void ConfigureWeb() => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
            workers: 2
            reuseport: { ports: [{{Port}}] }
        """);

    private async Task<string?> HostStateAsync() => (await Daemon.JsonAsync("status"))["host"]?["state"]!.GetValue<string>();

    /// <summary>The number of processes that answer requests.</summary>
    private async Task<string> AnsweringAsync()
    {
        var pids = new HashSet<string>();
        await Deadline.UntilAsync(
            async () =>
            {
                pids.Add((await Ask.HttpAsync(Address, Port)).Split(' ')[^1]);
                return pids.Count == 2;
            },
            "both workers answer");
        return $"{pids.Count}";
    }

    private async Task ReexecAsync()
    {
        var known = Daemon.Events("adopted").Length;
        var done = await Daemon.ControlAsync("reexec");
        Assert.True(done.Code == 0, done.Error);
        await Daemon.Log.WaitAsync(_ => Daemon.Events("adopted").Length > known, "the workers are taken over");
        await Daemon.EventAsync("started", after: Daemon.Events("adopted")[^1]);
    }
}
