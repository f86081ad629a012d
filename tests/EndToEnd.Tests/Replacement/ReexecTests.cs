using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Methods;

namespace EndToEnd.Tests.Replacement;

/// <summary>The daemon is replaced by the program on disk. Its workers run on.</summary>
public sealed class ReexecTests : MethodTest
{
    private const int Times = 5;
    private const int UserSignal = 12; // SIGUSR2

    public ReexecTests() => Daemon.Folder.Write("etc/reuseportd.yaml", "keep_workers: true\n");

    [Theory]
    [InlineData("ebpf")]
    [InlineData("cbpf")]
    [InlineData("none")]
    public async Task Reexec_UnderLoad_CutsNothingAndLosesNoLine(string steering)
    {
        ConfigureWeb(steering);
        await Daemon.StartAsync();
        var before = Copies.Pids(Daemon, "web");
        await using (var load = Load.Http(Address, Port))
        {
            await load.AnswersAsync(300);
            for (var time = 0; time < Times; time++)
            {
                await ReexecAsync();
                await load.AnswersAsync(300);
            }

            Assert.Empty(await load.StopAsync());
        }

        Assert.Equal(before, await PidsAsync());
        Assert.Empty(Daemon.Events("exit"));
        await AssertLinesAsync();
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Reexec_UdpFlows_StayWithTheirWorkers()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("shares")}}, "{worker}", "udp4,{{Address}},{{Port}}"]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        var flows = Enumerable.Range(0, 80).Select(_ => new System.Net.Sockets.UdpClient(Address, Port)).ToArray();
        // A flow may move until each worker has its share. The kernel's own hash also finds all workers.
        string[] before = [];
        await Deadline.UntilAsync(
            async () =>
            {
                var (former, isSteered) = (before, await Daemon.IsGivenAnyAsync("web"));
                before = await AskAllAsync();
                return isSteered && before.Distinct().Count() == 4 && before.SequenceEqual(former);
            },
            "each flow has its worker");
        await ReexecAsync();
        Assert.Equal(before, await AskAllAsync());
        foreach (var flow in flows) flow.Dispose();
        await Daemon.StopAsync();

        async Task<string[]> AskAllAsync() => await Task.WhenAll(flows.Select(async flow =>
        {
            await flow.SendAsync("?"u8.ToArray());
            return System.Text.Encoding.ASCII.GetString((await flow.ReceiveAsync().WaitAsync(Deadline.Patience)).Buffer);
        }));
    }

    [Theory]
    [InlineData("hello-static", "kernel")]
    [InlineData("hello", "preload")]
    public async Task Reexec_InControlGroups_OutcomesAndEndsAreSeenAfterwards(string program, string method)
    {
        using var cgroup = new DelegatedCgroup();
        Configure(Command(program), "method: auto");
        await StartInAsync(cgroup);
        await ReexecAsync();
        await AssertShareAsync(method);

        var killed = Daemon.PidOf("web@1");
        Processes.Signal(killed, Processes.Kill);
        await Daemon.EventAsync("exit", "web@1");
        await Daemon.EventAsync("ready", "web@1", after: Daemon.Events("exit", "web@1")[^1]);
        await AssertShareAsync(method);
        Assert.Equal(0, (await Daemon.ControlAsync("restart", "web")).Code);
        await AssertShareAsync(method);
        await ReexecAsync();
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Reexec_StatesOfWorkers_AreKept()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                workers: 2
                reuseport: { ports: [{{Port}}] }
              fails:
                command: [sh, -c, "exit 3"]
                restart: no
                reuseport: { ports: any }
              waits:
                command: [sh, -c, "exit 4"]
                restart: { delay: 1h, max_delay: 1h }
                reuseport: { ports: any }
              off: { command: [sleep, "1000"], autostart: false, reuseport: { ports: any } }
            """);
        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("scale", "web", "3")).Code);
        Assert.Equal(0, (await Daemon.ControlAsync("stop", "web@1")).Code);
        var before = await StatesAsync();
        await ReexecAsync();

        Assert.Equal(before, await StatesAsync());
        Assert.Equal(0, (await Daemon.ControlAsync("diff")).Code);
        await Daemon.ControlAsync("apply");
        Assert.Equal(4, (await Daemon.EventAsync("reload")).Number("REUSEPORT_UNCHANGED"));
        Assert.Equal(before, await StatesAsync());
        await Daemon.StopAsync();

        async Task<string[]> StatesAsync()
        {
            var workers = (await Daemon.JsonAsync("status"))["workers"]!.AsArray();
            return
            [
                .. workers.Select(worker =>
                    $"{worker!["name"]} {worker["state"]} {worker["pid"]} {worker["generation"]} {worker["restarts"]} "
                    + $"{worker["last_exit"]} {worker["detail"]}"),
            ];
        }
    }

    [Fact]
    public async Task Signal_ReplacesTheDaemon()
    {
        ConfigureWeb("auto");
        await Daemon.StartAsync();
        var before = Copies.Pids(Daemon, "web");
        Assert.Null((await Daemon.JsonAsync("status"))["adopted"]);
        Daemon.Signal(UserSignal);
        await Daemon.EventAsync("adopted");
        await Daemon.EventAsync("started", after: Daemon.Events("adopted")[^1]);
        Assert.Equal(before, await PidsAsync());
        var adopted = (await Daemon.JsonAsync("status"))["adopted"]!;
        Assert.Equal((5, 5), ((int)adopted["workers"]!, (int)adopted["of"]!));
        await Daemon.StopAsync();
    }

    /// <summary>The daemon has begun to read its configuration, or waits for its workers.</summary>
    [Theory]
    [InlineData("starting")]
    [InlineData("spawn")]
    public async Task Signal_DuringTheStart_ReplacesTheDaemonAfterIt(string last)
    {
        ConfigureWeb("auto");
        Daemon.Launch();
        await Daemon.EventAsync(last);
        Daemon.Signal(UserSignal);
        await Daemon.EventAsync("started", after: await Daemon.EventAsync("adopted"));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Reexec_KilledDaemon_EndsItsWorkers()
    {
        ConfigureWeb("auto");
        await Daemon.StartAsync();
        await ReexecAsync();
        await Daemon.DieAsync();
    }

    [Theory]
    [InlineData("#!/bin/sh\nexit 1\n")]
    [InlineData("#!/bin/sh\necho 'the state has form 1' ; exit 1\n")]
    [InlineData("no program")]
    public async Task Reexec_ProgramThatCannotTakeTheState_IsRefused(string program)
    {
        Daemon.Binary = await Daemon.Folder.CopyAsync(Artifacts.Daemon, "reuseportd");
        ConfigureWeb("auto");
        await Daemon.StartAsync("--preload", Artifacts.Library);
        File.Delete(Daemon.Binary);
        Daemon.Folder.Write("reuseportd", program, "755");

        var refused = await Daemon.ControlAsync("reexec");
        Assert.Equal(1, refused.Code);
        Facts.AssertIn(refused.Error, Daemon.Binary);
        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
        Assert.Empty(Daemon.Events("exit"));

        File.Delete(Daemon.Binary);
        await Daemon.Folder.CopyAsync(Artifacts.Daemon, "reuseportd");
        await ReexecAsync();
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Reexec_PausedUpdate_StaysPausedAndIsResumed()
    {
        ConfigureWeb("auto", "readiness: { type: delay, delay: 500ms }\n    update: { max_surge: 1 }");
        await Daemon.StartAsync();
        var restart = Daemon.ControlAsync("restart", "web");
        await Daemon.EventAsync("spawn", "web@0", after: Daemon.Events("started")[^1]);
        Assert.Equal(0, (await Daemon.ControlAsync("pause", "web")).Code);
        await restart;

        await ReexecAsync();
        Assert.Equal(1, (await Daemon.ControlAsync("pause", "web")).Code);
        Assert.Equal(0, (await Daemon.ControlAsync("resume", "web")).Code);
        Assert.All(await GenerationsAsync(), generation => Assert.Equal(2, generation));
        await Daemon.StopAsync();
    }

    /// <summary>The update goes on: each worker is replaced, and no request fails.</summary>
    [Fact]
    public async Task Reexec_DuringARollingRestart_TheRestartGoesOn()
    {
        // The replacement waits for a moment without a start, and must find one before the last worker is replaced.
        ConfigureWeb("auto", "readiness: { type: delay, delay: 1s }\n    update: { max_surge: 1 }");
        await Daemon.StartAsync();
        await using (var load = Load.Http(Address, Port))
        {
            await load.AnswersAsync(300);
            var restart = Daemon.ControlAsync("restart", "web");
            await Daemon.EventAsync("update", "web@1");
            await ReexecAsync();
            await Daemon.Log.WaitAsync(record => record["REUSEPORT_CUT"] is not null, "the rolling restart is complete");
            Assert.Equal((3, true), ((await restart).Code, (await restart).Error.Contains("goes on", StringComparison.Ordinal)));
            await load.AnswersAsync(300);
            Assert.Empty(await load.StopAsync());
        }

        Assert.All(await GenerationsAsync(), generation => Assert.InRange(generation, 2, 3));
        await Daemon.StopAsync();
    }

    /// <summary>A stop during a replacement stops the daemon and its workers, before or after it.</summary>
    [Fact]
    public async Task Stop_DuringAReplacement_EndsAll()
    {
        ConfigureWeb("auto");
        await Daemon.StartAsync();
        var reexec = Daemon.ControlAsync("reexec");
        await Daemon.StopAsync();
        await reexec;
    }

    [Fact]
    public async Task Reexec_KeepWorkersIsFalse_IsRefused()
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", "keep_workers: false\n");
        ConfigureWeb("auto");
        await Daemon.StartAsync();
        var refused = await Daemon.ControlAsync("reexec");
        Assert.Equal(1, refused.Code);
        Facts.AssertIn(refused.Error, "'keep_workers'");
        await Daemon.StopAsync();
    }

    private void ConfigureWeb(string steering, string more = "update: { max_surge: 2 }")
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", $"steering: {steering}\n" + (
            File.Exists(Daemon.Folder["etc/reuseportd.yaml"]) ? File.ReadAllText(Daemon.Folder["etc/reuseportd.yaml"]) : ""));
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                workers: 4
                {{more}}
                reuseport: { ports: [{{Port}}] }
              lines:
                command: [sh, -c, "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.005; done"]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
    }

    private async Task ReexecAsync()
    {
        var known = Daemon.Events("adopted").Length;
        var reexec = await Daemon.ControlAsync("reexec");
        Assert.Equal((0, ""), (reexec.Code, reexec.Error));
        await Daemon.Log.WaitAsync(_ => Daemon.Events("adopted").Length > known, "the workers are taken over");
        await Daemon.EventAsync("started", after: Daemon.Events("adopted")[^1]);
    }

    private async Task<string[]> PidsAsync()
    {
        var workers = (await Daemon.JsonAsync("status", "web"))["workers"]!.AsArray();
        return [.. workers.Select(worker => $"{worker!["pid"]}")];
    }

    private async Task<int[]> GenerationsAsync()
    {
        var workers = (await Daemon.JsonAsync("status", "web"))["workers"]!.AsArray();
        return [.. workers.Select(worker => (int)worker!["generation"]!)];
    }

    private async Task AssertLinesAsync()
    {
        var last = Daemon.Log.Records[^1];
        await Daemon.LineAsync("line ", "lines@0", last);
        var numbers = Daemon.Log.Records.Where(record => record.IsLine && record.Worker == "lines@0")
            .Select(record => int.Parse(record.Message.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
    }
}
