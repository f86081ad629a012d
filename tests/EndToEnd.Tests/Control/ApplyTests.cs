using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

public sealed class ApplyTests : DaemonTest
{
    [Fact]
    public async Task Apply_EachKindOfChange_TouchesTheChangedServicesOnly()
    {
        Daemon.Configure(
            Services(
                ("same", 1, 2, "a"), ("changed", 2, 2, "a"), ("grown", 3, 2, "a"), ("shrunk", 4, 3, "a"), ("gone", 5, 2, "a")));
        await Daemon.StartAsync();
        var before = Daemon.Log.Records[^1];
        var changed = Daemon.PidOf("changed@0");

        Daemon.Configure(
            Services(
                ("same", 1, 2, "a"), ("changed", 2, 2, "b"), ("grown", 3, 4, "a"), ("shrunk", 4, 1, "a"), ("new", 6, 2, "a")));
        var apply = await Daemon.ApplyAsync();

        Assert.Equal((0, ""), (apply.Code, apply.Error));
        Assert.Equal([1, 3, 1, 1, 11, 11], Counts.In(apply.Out));
        string[] spawned =
            [.. Daemon.Events("spawn").Where(record => record.Index > before.Index).Select(record => record.Worker!).Order()];
        Assert.Equal(["changed@0", "changed@1", "grown@2", "grown@3", "new@0", "new@1"], spawned);
        string[] ended = ["changed@0", "changed@1", "gone@0", "gone@1", "shrunk@1", "shrunk@2"];
        foreach (var worker in ended) await Daemon.EventAsync("exit", worker);
        Assert.Equal(ended.Length, Daemon.Events("exit").Length);
        Assert.Equal(11, Listeners.On(Port).Length);
        Assert.DoesNotContain("gone@", (await Daemon.ControlAsync("status")).Out, StringComparison.Ordinal);
        Assert.NotEqual(changed, Daemon.PidOf("changed@0"));
        Assert.Contains("MODE=b", Processes.Environment(Daemon.PidOf("changed@0")));
    }

    [Fact]
    public async Task Apply_AutostartTurnedOn_StartsTheService()
    {
        Daemon.Configure(
            Services(("web", 1, 2, "a")).Replace("workers: 2", "workers: 2\n    autostart: false", StringComparison.Ordinal));
        await Daemon.StartAsync();
        Assert.Empty(Daemon.Events("spawn"));

        Daemon.Configure(Services(("web", 1, 2, "a")));
        var apply = await Daemon.ApplyAsync();

        Assert.Equal([0, 1, 0, 0, 2, 2], Counts.In(apply.Out));
    }

    /// <summary>
    /// An apply can follow an apply that still waits. The socket answers until the daemon ends.
    /// </summary>
    [Fact]
    public async Task Apply_EarlierApplyIsRunning_DoesNotWait()
    {
        Configure("a", 1);
        await Daemon.StartAsync();
        await Daemon.LineAsync("ignoring", "slow@0");
        Configure("b", 1);
        var first = Daemon.ControlAsync("apply");
        await Daemon.EventAsync("stop", "slow@0");

        Configure("b", 2);
        var second = Daemon.ControlAsync("apply");
        await Daemon.EventAsync("ready", "slow@1");
        Assert.False(first.IsCompleted, "slow@0 ignores SIGTERM, so the first change cannot have settled");

        // The new process serves before the old process gets its stop signal.
        var began = Assert.Single(Daemon.Events("stop", "slow@0"));
        Assert.True(Daemon.Events("ready", "slow@0")[^1].Index < began.Index);
        var kill = await Daemon.EventAsync("kill", "slow@0");
        Assert.Equal(began.Pid, kill.Pid);
        Assert.Equal((0, 0), ((await first).Code, (await second).Code));

        Daemon.Signal(Processes.Terminate);
        await Daemon.EventAsync("stopping");
        var status = await Daemon.ControlAsync("status", "slow@0");
        Assert.Contains("stopping", status.Out, StringComparison.Ordinal);
        Assert.Equal(0, await Daemon.ExitAsync());

        void Configure(string mode, int workers) => Daemon.Configure($$"""
            services:
              slow:
                command: [{{Checkout.Worker("ignore-term")}}]
                workers: {{workers}}
                environment: { MODE: {{mode}} }
                stop_grace_period: 5s
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
    }

    [Fact]
    public async Task Apply_NoChange_TouchesNoWorker()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        var apply = await Daemon.ApplyAsync();

        Assert.Equal([0, 0, 0, 1, 2, 2], Counts.In(apply.Out));
        Assert.Equal(2, Daemon.Events("spawn").Length);
    }

    [Fact]
    public async Task Apply_BadFile_FailsWithItsPlacesAndChangesNothing()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        var file = Daemon.Configure(
            Services(("web", 1, 3, "b")).Replace("workers: 3", "wrokers: 3\n    readiness: soon", StringComparison.Ordinal));
        var apply = await Daemon.ApplyAsync();

        Assert.Equal((1, ""), (apply.Code, apply.Out));
        var errors = apply.Error.Split('\n');
        Assert.StartsWith($"{file}:4:5: services.web.wrokers: ", errors[0], StringComparison.Ordinal);
        Assert.StartsWith($"{file}:5:16: services.web.readiness.type: ", errors[1], StringComparison.Ordinal);
        var failed = await Daemon.EventAsync("reload_failed");
        Assert.Equal("3", failed["PRIORITY"]);
        Assert.Equal(2, Daemon.Events("config").Count(record => record.Message.StartsWith(file, StringComparison.Ordinal)));
        Assert.Equal(2, Daemon.Events("spawn").Length);
        Assert.Empty(Daemon.Events("exit"));
    }

    /// <summary>The client runs in another directory than the daemon.</summary>
    [Fact]
    public async Task Check_DaemonWithARelativePath_HasTheFullPath()
    {
        Daemon.ConfigWord = Path.GetFileName(Daemon.Config);
        Daemon.Wrapper = ["env", "-C", Path.GetDirectoryName(Daemon.Config)!];
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        var file = Daemon.Configure(Services(("web", 1, 3, "b")).Replace("workers: 3", "wrokers: 3", StringComparison.Ordinal));
        var check = await Daemon.ControlAsync("check");
        Assert.Equal(1, check.Code);
        Assert.StartsWith($"{file}:4:5: services.web.wrokers: ", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_AddedServiceIsNotReady_FailsAndTouchesNoOther()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        Daemon.Configure("services:\n  bad: { command: /bin/false, restart: no, reuseport: { ports: [1] } }\n", "bad");
        var apply = await Daemon.ControlAsync("apply");

        Assert.Equal(1, apply.Code);
        Assert.Equal([1, 0, 0, 1, 2, 3], Counts.In(apply.Out));
        Assert.Contains("bad@0", apply.Error, StringComparison.Ordinal);
        Assert.Contains("exit code 1", apply.Error, StringComparison.Ordinal);
        await Daemon.EventAsync("failed", "bad@0");
        Assert.Equal(3, Daemon.Events("spawn").Length);
        // A second apply has the same error. A change of another service does not fail because of this service.
        var again = await Daemon.ControlAsync("apply");
        Assert.Equal((1, apply.Error), (again.Code, again.Error));
        Assert.Equal([0, 0, 0, 2, 2, 3], Counts.In(again.Out));
        Daemon.Configure(Services(("web", 1, 3, "a")));
        Assert.Equal(0, (await Daemon.ControlAsync("apply")).Code);
    }

    [Fact]
    public async Task Apply_SettingsOfTheDaemon_WarnsOfTheNextStart()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        Daemon.Folder.Write("etc/reuseportd.yaml", "log_level: debug\nsocket: /run/elsewhere.sock\n");
        var apply = await Daemon.ApplyAsync();

        Assert.Equal(0, apply.Code);
        var warnings = apply.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, warnings.Length);
        Assert.StartsWith($"{Daemon.Config}: warning: log_level: ", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith($"{Daemon.Config}: warning: socket: ", warnings[1], StringComparison.Ordinal);
        Assert.Equal(warnings, Daemon.Events("config").Select(record => record.Message));
    }

    [Fact]
    public async Task Apply_BadFileIsCorrected_Converges()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        Daemon.Configure("services: [");
        Assert.Equal(1, (await Daemon.ApplyAsync()).Code);
        Daemon.Configure(Services(("web", 1, 3, "a")));

        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
        Assert.Equal(3, Daemon.Events("spawn").Length);
    }

    [Fact]
    public async Task Apply_ServiceRemovedAndAdded_RunsAgain()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        Daemon.Configure("services: {}");
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
        Daemon.Configure(Services(("web", 1, 2, "a")));
        var apply = await Daemon.ApplyAsync();

        Assert.Equal([1, 0, 0, 0, 2, 2], Counts.In(apply.Out));
        Assert.Equal(2, Daemon.Events("exit").Length);
    }

    /// <summary>Each service has one port on an address of its own. The mode is an environment variable of the service.</summary>
    private string Services(params (string Name, int Address, int Workers, string Mode)[] services) =>
        "services:\n" + string.Concat(services.Select(service =>
            $"  {service.Name}:\n"
            + $"    command: [{Checkout.Worker("binds")}, 'tcp4,{Daemon.Site.AddressOf(service.Address)},{Port}']\n"
            + $"    workers: {service.Workers}\n"
            + $"    environment: {{ MODE: {service.Mode} }}\n"
            + $"    reuseport: {{ ports: [{Port}], address: {Daemon.Site.AddressOf(service.Address)} }}\n"));
}
