using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

public sealed class ApplyTests : DaemonTest
{
    [Fact]
    public async Task EveryKindOfChange_TouchesOnlyWhatChanged()
    {
        Daemon.Configure(Services(("same", 1, 2, "a"), ("changed", 2, 2, "a"), ("grown", 3, 2, "a"), ("shrunk", 4, 3, "a"), ("gone", 5, 2, "a")));
        await Daemon.StartAsync();
        var before = Daemon.Log.Records[^1];
        var changed = Daemon.PidOf("changed@0");

        Daemon.Configure(Services(("same", 1, 2, "a"), ("changed", 2, 2, "b"), ("grown", 3, 4, "a"), ("shrunk", 4, 1, "a"), ("new", 6, 2, "a")));
        var apply = await Daemon.ApplyAsync();

        Assert.Equal((0, ""), (apply.Code, apply.Error));
        Assert.Equal("services: 1 added, 3 changed, 1 removed, 1 unchanged; 11 of 11 workers ready\n", apply.Out);
        string[] spawned = [.. Daemon.Events("spawn").Where(record => record.Index > before.Index).Select(record => record.Worker!).Order()];
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
    public async Task AutostartTurnedOn_Starts()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")).Replace("workers: 2", "workers: 2\n    autostart: false", StringComparison.Ordinal));
        await Daemon.StartAsync();
        Assert.Empty(Daemon.Events("spawn"));

        Daemon.Configure(Services(("web", 1, 2, "a")));
        var apply = await Daemon.ApplyAsync();

        Assert.Equal("services: 0 added, 1 changed, 0 removed, 0 unchanged; 2 of 2 workers ready\n", apply.Out);
    }

    /// <summary>
    /// A change that takes long to settle can be taken back meanwhile, and the socket tells to the end who is waited for.
    /// </summary>
    [Fact]
    public async Task AnotherChangeWhileOneSettles_DoesNotWait()
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

        // The new process serves before the old one is told to stop.
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
                stop_grace_period: 2s
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
    }

    [Fact]
    public async Task NothingChanged_TouchesNothing()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        var apply = await Daemon.ApplyAsync();

        Assert.Equal("services: 0 added, 0 changed, 0 removed, 1 unchanged; 2 of 2 workers ready\n", apply.Out);
        Assert.Equal(2, Daemon.Events("spawn").Length);
    }

    [Fact]
    public async Task BadFile_ChangesNothingAndSaysWhere()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        var file = Daemon.Configure(Services(("web", 1, 3, "b")).Replace("workers: 3", "wrokers: 3\n    readiness: soon", StringComparison.Ordinal));
        var apply = await Daemon.ApplyAsync();

        Assert.Equal((1, ""), (apply.Code, apply.Out));
        Assert.Matches(
            $@"^{file}:4:5: services\.web\.wrokers: unknown key; did you mean 'workers'\?\n{file}:5:16: services\.web\.readiness\.type: .*\nreuseportctl: nothing was changed\n$",
            apply.Error);
        var failed = await Daemon.EventAsync("reload_failed");
        Assert.Equal("3", failed["PRIORITY"]);
        Assert.Equal(2, Daemon.Events("config").Count(record => record.Message.StartsWith(file, StringComparison.Ordinal)));
        Assert.Equal(2, Daemon.Events("spawn").Length);
        Assert.Empty(Daemon.Events("exit"));
    }

    /// <summary>Who asks is somewhere else than the daemon.</summary>
    [Fact]
    public async Task BadFile_OfADaemonWithARelativePath_IsNamedInFull()
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
    public async Task AddedServiceThatDoesNotGetReady_FailsWithItsWorkersAndTouchesNoOther()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        Daemon.Configure("services:\n  bad: { command: /bin/false, restart: no, reuseport: { ports: [1] } }\n", "bad");
        var apply = await Daemon.ControlAsync("apply");

        Assert.Equal((1, "services: 1 added, 0 changed, 0 removed, 1 unchanged; 2 of 3 workers ready\n"), (apply.Code, apply.Out));
        Assert.Equal(
            "reuseportctl: bad@0 is not ready: failed: exit code 1, and restart policy is 'no'; 'reuseportctl start bad' tries it again\nreuseportctl: see 'reuseportctl logs bad'\n",
            apply.Error);
        await Daemon.EventAsync("failed", "bad@0");
        Assert.Equal(3, Daemon.Events("spawn").Length);
        // Asked again it says the same; a change of something else is not that one's failure.
        var again = await Daemon.ControlAsync("apply");
        Assert.Equal((1, "services: 0 added, 0 changed, 0 removed, 2 unchanged; 2 of 3 workers ready\n", apply.Error), (again.Code, again.Out, again.Error));
        Daemon.Configure(Services(("web", 1, 3, "a")));
        Assert.Equal(0, (await Daemon.ControlAsync("apply")).Code);
    }

    [Fact]
    public async Task SettingsOfTheDaemon_AreSaidToWaitForItsNextStart()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        Daemon.Folder.Write("etc/reuseportd.yaml", "log_level: debug\nsocket: /run/elsewhere.sock\n");
        var apply = await Daemon.ApplyAsync();

        string[] warnings = [.. new[] { "log_level", "socket" }.Select(key => $"{Daemon.Config}: warning: {key}: takes effect at the next start of reuseportd")];
        Assert.Equal((0, string.Concat(warnings.Select(warning => warning + "\n"))), (apply.Code, apply.Error));
        Assert.Equal(warnings, Daemon.Events("config").Select(record => record.Message));
    }

    [Fact]
    public async Task BadFileMadeGood_Converges()
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
    public async Task ServiceTakenAwayAndBroughtBack_RunsAgain()
    {
        Daemon.Configure(Services(("web", 1, 2, "a")));
        await Daemon.StartAsync();
        Daemon.Configure("services: {}");
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
        Daemon.Configure(Services(("web", 1, 2, "a")));
        var apply = await Daemon.ApplyAsync();

        Assert.Contains("1 added, 0 changed, 0 removed, 0 unchanged; 2 of 2 workers ready", apply.Out, StringComparison.Ordinal);
        Assert.Equal(2, Daemon.Events("exit").Length);
    }

    /// <summary>Services of one port each on an address of their own; the mode is part of their environment.</summary>
    private string Services(params (string Name, int Address, int Workers, string Mode)[] services) =>
        "services:\n" + string.Concat(services.Select(service =>
            $"  {service.Name}:\n"
            + $"    command: [{Checkout.Worker("binds")}, 'tcp4,{Daemon.Site.AddressOf(service.Address)},{Port}']\n"
            + $"    workers: {service.Workers}\n"
            + $"    environment: {{ MODE: {service.Mode} }}\n"
            + $"    reuseport: {{ ports: [{Port}], address: {Daemon.Site.AddressOf(service.Address)} }}\n"));
}
