using System.Diagnostics;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>The verbs of <c>reuseportctl</c>, from its command line to the processes.</summary>
public sealed class VerbTests : DaemonTest
{
    [Fact]
    public async Task StopAndStart_OneWorker_TouchNoOther()
    {
        await StartAsync();
        var other = Daemon.PidOf("web@1");

        Counts.AssertLine(await Daemon.ControlAsync("stop", "web@0"), "web", 1, 1);
        Assert.Equal(3, (await Daemon.ControlAsync("status", "web@0")).Code);

        Counts.AssertLine(await Daemon.ControlAsync("start", "web@0"), "web", 1, 1);
        Assert.Equal(0, (await Daemon.ControlAsync("status", "web")).Code);
        // The record in the log may follow the answer of a command.
        await Deadline.UntilAsync(() => Daemon.Events("spawn", "web@0").Length >= 2, "the second start is in the log");
        Assert.Equal((2, other), (Daemon.Events("spawn", "web@0").Length, Daemon.PidOf("web@1")));
    }

    [Fact]
    public async Task Restart_Pattern_ReturnsWhenAllAreReady()
    {
        await StartAsync();
        var before = (Daemon.PidOf("web@0"), Daemon.PidOf("web@1"));

        // A command that takes long writes its progress to stderr.
        var restart = await Daemon.ControlAsync("restart", "w*@[0-9]", "--timeout", "30s");
        Assert.Equal(0, restart.Code);
        Counts.AssertLine(restart.Out, "web", 2, 2);

        Assert.NotEqual(before.Item1, Daemon.PidOf("web@0"));
        Assert.NotEqual(before.Item2, Daemon.PidOf("web@1"));
        Assert.Equal(0, (await Daemon.ControlAsync("status", "web")).Code);
    }

    [Fact]
    public async Task Start_WorkerIsNeverReady_TimesOut()
    {
        Daemon.Configure($$"""
            services:
              deaf:
                command: [sleep, "1000"]
                reuseport: { ports: [{{Port}}] }
                autostart: false
            """);
        await Daemon.StartAsync();

        var started = await Daemon.ControlAsync("start", "deaf", "--timeout", "200ms");

        Assert.Equal(5, started.Code);
        Counts.AssertLine(started.Out, "deaf", 0, 1);
        Assert.Contains("'reuseportctl status deaf'", started.Error, StringComparison.Ordinal);
        Assert.Contains("\ndeaf@0: ", (await Daemon.ControlAsync("status")).Out, StringComparison.Ordinal);
        Assert.Equal(3, (await Daemon.ControlAsync("status", "deaf")).Code);
    }

    [Fact]
    public async Task Start_NoWait_ReturnsBeforeItIsReady()
    {
        ConfigureSlow("20s");
        await Daemon.StartAsync();

        Counts.AssertLine(await Daemon.ControlAsync("start", "slow", "--no-wait"), "slow", 1, 1);

        Assert.Equal(3, (await Daemon.ControlAsync("status", "slow")).Code);
    }

    [Fact]
    public async Task Scale_UpAndDown_KeepsTheRemainingWorkers()
    {
        await StartAsync();
        var (first, second) = (Daemon.PidOf("web@0"), Daemon.PidOf("web@1"));

        Counts.AssertLine(await Daemon.ControlAsync("scale", "web", "4"), "web", 4, 4);
        Counts.AssertLine(await Daemon.ControlAsync("scale", "web", "1"), "web", 1, 1, 3);

        Assert.Equal((first, 1), (Daemon.PidOf("web@0"), Daemon.Events("spawn", "web@0").Length));
        Assert.False(Directory.Exists($"/proc/{second}"));
        Assert.Single(Rows(await Daemon.ControlAsync("status", "web")));
    }

    [Fact]
    public async Task Signal_ToAWorker_ReachesItsProcess()
    {
        await StartAsync();
        var before = Daemon.PidOf("web@1");

        Counts.AssertLine(await Daemon.ControlAsync("signal", "web@1", "KILL"), "web", 1, 1);

        var exit = await Daemon.EventAsync("exit", "web@1");
        Assert.Equal(("killed", "9"), (exit["EXIT_CODE"], exit["EXIT_STATUS"]));
        var ready = await Daemon.EventAsync("ready", "web@1", after: exit);
        Assert.NotEqual(before, ready.Pid);
        Assert.Equal(2, (await Daemon.ControlAsync("signal", "web@1", "NOSUCH")).Code);
    }

    [Fact]
    public async Task Reload_Service_SendsTheReloadSignal()
    {
        Daemon.Configure($$"""
            services:
              rereads:
                command: [sh, -c, "trap 'echo again' USR2; echo begun; while :; do sleep 0.1; done"]
                reuseport: { ports: any, address: {{Address}} }
                readiness: { type: delay, delay: 0s }
                reload_signal: USR2
            """);
        await Daemon.StartAsync();
        await Daemon.LineAsync("begun");

        Counts.AssertLine(await Daemon.ControlAsync("reload", "rereads"), "rereads", 1, 1);

        await Daemon.LineAsync("again");
    }

    [Fact]
    public async Task Reset_OfAFailedWorker_LeavesItStoppedUntilItIsStarted()
    {
        var gate = Daemon.Folder["gate"];
        Daemon.Configure($$"""
            services:
              gated:
                command: [sh, -c, "test -e {{gate}} && exec sleep 1000"]
                reuseport: { ports: any, address: {{Address}} }
                readiness: { type: delay, delay: 100ms }
                restart: { policy: "no" }
            """);
        await Daemon.StartAsync();
        Assert.Contains("failed", (await Daemon.ControlAsync("status", "gated")).Out, StringComparison.Ordinal);

        await File.WriteAllTextAsync(gate, "");
        Counts.AssertLine(await Daemon.ControlAsync("reset", "gated"), "gated", 1, 1);
        Assert.Contains("stopped", (await Daemon.ControlAsync("status", "gated")).Out, StringComparison.Ordinal);
        Counts.AssertLine(await Daemon.ControlAsync("start", "gated"), "gated", 1, 1);
    }

    [Theory]
    [InlineData("stop", "webb")]
    [InlineData("restart", "web", "nobody*")]
    [InlineData("binds", "web@7")]
    [InlineData("show", "webb")]
    [InlineData("scale", "webb", "2")]
    public async Task Command_UnknownName_ChangesNothing(params string[] words)
    {
        await StartAsync();
        var answer = await Daemon.ControlAsync(words);

        Assert.Equal((4, ""), (answer.Code, answer.Out));
        Assert.StartsWith("reuseportctl: ", answer.Error, StringComparison.Ordinal);
        Assert.Single(Daemon.Events("spawn", "web@0"));
        Assert.Empty(Daemon.Events("exit"));
    }

    [Fact]
    public async Task CheckDiffAndApply_Change_ShowIt()
    {
        await StartAsync();
        var same = await Daemon.ControlAsync("diff");
        Assert.Equal((0, ""), (same.Code, same.Error));
        Assert.DoesNotContain("web", same.Out, StringComparison.Ordinal);

        Daemon.Configure(Web(workers: 2, more: "stop_grace_period: 3s"));
        var good = await Daemon.ControlAsync("check");
        Assert.Equal((0, ""), (good.Code, good.Error));
        Assert.True((bool?)(await Daemon.JsonAsync("status"))["pending"]);
        var diff = await Daemon.ControlAsync("diff");
        Assert.Matches("^web: policy .*\n    stop_grace_period: ", diff.Out);

        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
        Assert.Contains("stop_grace_period: 3s\n", (await Daemon.ControlAsync("show", "web")).Out, StringComparison.Ordinal);
        Assert.Single(Daemon.Events("spawn", "web@0"));

        Daemon.Configure("services: { web: 7 }");
        var check = await Daemon.ControlAsync("check");
        Assert.Equal((1, ""), (check.Code, check.Out));
        Assert.Contains("test.yaml:1:18: services.web: ", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Yaml_IsAConfigurationThatTheDaemonTakes()
    {
        await StartAsync();
        var shown = await Daemon.ControlAsync("show", "web");
        Assert.Equal((0, ""), (shown.Code, shown.Error));

        Daemon.Configure(shown.Out);
        // An explicit default value can have a warning.
        var diff = await Daemon.ControlAsync("diff");
        Assert.Equal(0, diff.Code);
        Assert.DoesNotContain("web", diff.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binds_Worker_AreItsSockets()
    {
        await StartAsync();
        var binds = await Daemon.ControlAsync("binds", "web@1");

        Assert.Equal((0, ""), (binds.Code, binds.Error));
        var rows = Rows(binds);
        Assert.Equal(2, rows.Length);
        Assert.All(
            rows,
            row => Assert.Matches(
                $@"^web@1 +{Daemon.PidOf("web@1")} +\d+ +(bind|listen) +tcp +{Address} +{Port} +yes +\S+ +ok$", row));
    }

    [Fact]
    public async Task Binds_WrongPort_HaveTheCause()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                reuseport: { ports: [{{(Port == 65535 ? 1 : Port + 1)}}] }
                autostart: false
            """);
        await Daemon.StartAsync();
        await Daemon.ControlAsync("start", "web", "--no-wait");
        await Daemon.EventAsync("bind", "web@0");

        var binds = (await Daemon.ControlAsync("binds")).Out.Replace("\n    ", " ", StringComparison.Ordinal);
        Assert.Contains($"{Address}:{Port} tcp", binds, StringComparison.Ordinal);
        Assert.Contains("'reuseport.ports'", binds, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("660")] // the kernel refuses
    [InlineData("666")] // the daemon does
    public async Task Stop_OrdinaryUser_IsRefusedWithTheRemedy(string mode)
    {
        Root.Require();
        await StartAsync();
        File.SetUnixFileMode(Daemon.ControlSocket, (UnixFileMode)Convert.ToInt32(mode, 8));

        var refused = await Command.RunAsync(
            "setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", Artifacts.Control, "stop", "web", "--socket",
                Daemon.ControlSocket,
            ]);

        Assert.Equal((6, ""), (refused.Code, refused.Out));
        Assert.Contains("sudo", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Daemon.Events("exit"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1 ", false)]
    [InlineData("TERM=dumb ", false)]
    public async Task Status_AtATerminal_HasColourUnlessItIsTurnedOff(string variables, bool coloured)
    {
        await StartAsync();
        var status = await AtATerminalAsync($"{variables}{Artifacts.Control} status --socket {Daemon.ControlSocket}");
        Assert.Equal(coloured, status.Out.Contains("\e[32mready\e[0m", StringComparison.Ordinal));
        Assert.Contains("web@0", status.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AtATerminal_ShowsProgress()
    {
        ConfigureSlow("1s");
        await Daemon.StartAsync();
        var start = await AtATerminalAsync($"{Artifacts.Control} start slow --socket {Daemon.ControlSocket}");
        Assert.Equal(0, start.Code);
        Assert.Contains("\r\e[K1 starting ...", start.Out, StringComparison.Ordinal);
        Assert.Matches("\r\e\\[Kslow: 1 of 1 [^\r\n]*\r\n$", start.Out);
    }

    [Fact]
    public async Task Restart_AtATerminal_ShowsABar()
    {
        Daemon.Configure($$"""
            services:
              slow:
                command: [sleep, "1000"]
                workers: 2
                reuseport: { ports: any, address: {{Address}} }
                readiness: { type: delay, delay: 2s }
            """);
        await Daemon.StartAsync();
        var restart = await AtATerminalAsync($"{Artifacts.Control} restart slow --socket {Daemon.ControlSocket}");
        Assert.Equal(0, restart.Code);
        Assert.Contains("\r\e[K[....................] 0 of 2 replaced", restart.Out, StringComparison.Ordinal);
        Assert.Contains("\r\e[K[##########..........] 1 of 2 replaced", restart.Out, StringComparison.Ordinal);
        Assert.Matches("\r\e\\[Kslow: 2 of 2 [^\r\n]*\r\n$", restart.Out);
    }

    /// <summary>A rollback does not change the file, so the next 'apply' makes the change again.</summary>
    [Fact]
    public async Task RollbackPauseAndResume_Service_HaveTheirResults()
    {
        await StartAsync();
        var nothing = await Daemon.ControlAsync("rollback", "web");
        Assert.Equal(1, nothing.Code);
        Counts.AssertLine(nothing.Out, "web", 2, 2);
        Assert.Matches("^reuseportctl: web@0: .*\nreuseportctl: web@1: .*\n$", nothing.Error);
        foreach (var verb in (string[])["pause", "resume"])
        {
            var refused = await Daemon.ControlAsync(verb, "web");
            Assert.Equal(1, refused.Code);
            Assert.Matches("^reuseportctl: web@0: .*\nreuseportctl: web@1: .*\n$", refused.Error);
        }

        Daemon.Configure(Web(workers: 2, more: "environment: { MODE: b }"));
        Assert.Equal(0, (await Daemon.ControlAsync("apply")).Code);
        Assert.Contains("MODE=b", Processes.Environment(Daemon.PidOf("web@1")));
        var rollback = await Daemon.ControlAsync("rollback", "web");
        Assert.Equal(0, rollback.Code);
        Counts.AssertLine(rollback.Out, "web", 2, 2);
        Assert.DoesNotContain("MODE=b", Processes.Environment(Daemon.PidOf("web@1")));
        Assert.True((bool?)(await Daemon.JsonAsync("status"))["pending"]);
    }

    [Fact]
    public async Task Status_Watch_RepeatsUntilItIsInterrupted()
    {
        await StartAsync();
        var clock = Stopwatch.StartNew();
        using var watch = Process.Start(
            Command.Start(Artifacts.Control, ["status", "--watch", "--socket", Daemon.ControlSocket]))!;
        watch.StandardInput.Close();
        for (var rows = 0; rows < 3;)
        {
            var line = await watch.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Patience);
            Assert.NotNull(line);
            if (line.StartsWith("web@0", StringComparison.Ordinal)) rows++;
        }

        // It waits for a second between the repetitions.
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1.9), Deadline.Patience);
        Processes.Signal(watch.Id, Processes.Interrupt);
        await watch.WaitForExitAsync().WaitAsync(Deadline.Patience);
        Assert.Equal((0, ""), (watch.ExitCode, await watch.StandardError.ReadToEndAsync()));
    }

    private static Task<Command> AtATerminalAsync(string command) =>
        Command.RunAsync(
            Programs.Require("script", "bsdutils"),
            ["-qec", command, "/dev/null"],
            new Dictionary<string, string> { ["TERM"] = "xterm" });

    private static string[] Rows(Command command) =>
        [.. command.Out.Split('\n').Where(line => line.Contains('@', StringComparison.Ordinal) && !line.StartsWith(' '))];

    private string Web(int workers, string more = "") => $$"""
        services:
          web:
            command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
            workers: {{workers}}
            reuseport: { ports: [{{Port}}] }
            {{more}}
        """;

    /// <summary>A service that is started by a command, and ready after this time.</summary>
    private void ConfigureSlow(string delay) => Daemon.Configure($$"""
        services:
          slow:
            command: [sleep, "1000"]
            reuseport: { ports: any, address: {{Address}} }
            readiness: { type: delay, delay: {{delay}} }
            autostart: false
        """);

    private Task StartAsync()
    {
        Daemon.Configure(Web(workers: 2));
        return Daemon.StartAsync();
    }
}
