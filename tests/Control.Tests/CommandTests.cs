using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;

namespace Control.Tests;

/// <summary>The requests of the commands on workers, and their output for an answer.</summary>
public sealed class CommandTests
{
    private static readonly CommandOutcome Ready = new("web@0", "ready", Ok: true, 42, 2, null);

    [Theory]
    [InlineData("start web", "/v1/start", """{"names":["web"],"wait":true}""")]
    [InlineData("stop web@1 dns --timeout 1m30s", "/v1/stop", """{"names":["web@1","dns"],"wait":true,"timeout":90}""")]
    [InlineData("restart w* --no-wait", "/v1/restart", """{"names":["w*"],"wait":false}""")]
    [InlineData("reset web", "/v1/reset", """{"names":["web"]}""")]
    [InlineData("reload web", "/v1/reload", """{"names":["web"]}""")]
    [InlineData("rollback web --no-wait", "/v1/rollback", """{"names":["web"],"wait":false}""")]
    [InlineData("pause w*", "/v1/pause", """{"names":["w*"]}""")]
    [InlineData("resume web --timeout 10s", "/v1/resume", """{"names":["web"],"wait":true,"timeout":10}""")]
    [InlineData("signal web@0 USR1", "/v1/signal", """{"names":["web@0"],"signal":"USR1"}""")]
    [InlineData("scale web 8 --timeout 500ms", "/v1/services/web/scale", """{"workers":8,"wait":true,"timeout":0.5}""")]
    public async Task Command_EachVerb_SendsItsRequest(string words, string path, string body)
    {
        using var daemon = Answering(new CommandDocument([Ready], TimedOut: false), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, words.Split(' '));
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        Assert.Equal($"POST {path} HTTP/1.1", await daemon.RequestAsync());
        Assert.Equal(body, await daemon.BodyAsync());
    }

    [Fact]
    public async Task Command_AllWorkersAreReady_IsALineForEachService()
    {
        using var daemon = Answering(
            new CommandDocument([Ready, Ready with { Name = "web@1" }, Ready with { Name = "dns@0" }], TimedOut: false),
            ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "restart", "*");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        run.ExpectGolden("command-of-two-services");
    }

    [Fact]
    public async Task Command_SomeWorkersAreNotReady_NamesThemWithTheirReason()
    {
        var failed = new CommandOutcome("web@1", "backoff", Ok: false, null, 3, "exit code 1\e[2J") { LastLine = "no such file" };
        using var daemon = Answering(new CommandDocument([Ready, failed], TimedOut: false), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "restart", "web");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("exit code 1\\x1b[2J; ", run.Errors, StringComparison.Ordinal);
        run.ExpectGolden("command-with-a-failed-worker");
    }

    [Fact]
    public async Task Command_Timeout_HasAnExitCodeOfItsOwn()
    {
        var slow = new CommandOutcome("web@0", "starting", Ok: false, 42, 3, "waits for port 80");
        using var daemon = Answering(new CommandDocument([slow], TimedOut: true), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "restart", "web", "--timeout", "1s");
        Assert.Equal(ExitCode.TimedOut, run.Code);
        run.ExpectGolden("command-timeout");
    }

    [Fact]
    public async Task Command_NoWait_CountsTheWorkersThatTookTheCommand()
    {
        using var daemon = Answering(
            new CommandDocument([Ready with { State = "stopping" }], TimedOut: false), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "stop", "web", "--no-wait");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        run.ExpectGolden("command-no-wait");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12)]
    public async Task Restart_ConnectionsAreCut_CountsThem(int cut)
    {
        using var daemon = Answering(
            new CommandDocument([Ready], TimedOut: false) { Cut = cut }, ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "restart", "web");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        run.ExpectGolden($"restart-{cut}-cut");
    }

    [Fact]
    public async Task Pause_WithoutAnUpdate_Fails()
    {
        var idle = Ready with { Ok = false, Detail = "no rolling restart is in progress", Untouched = true };
        using var daemon = Answering(new CommandDocument([idle], TimedOut: false), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "pause", "web");
        Assert.Equal((ExitCode.Failed, "reuseportctl: web@0: no rolling restart is in progress\n"), (run.Code, run.Errors));
        run.ExpectGolden("pause-without-an-update");
    }

    /// <summary>The workers are ready, although the command fails. Their logs do not help, so they are not named.</summary>
    [Theory]
    [InlineData("rollback", "the service has no former configuration")]
    [InlineData("resume", "no rolling restart is paused")]
    public async Task Command_NothingToDo_FailsWithTheReason(string verb, string why)
    {
        var idle = Ready with { Ok = false, Detail = why, Untouched = true };
        using var daemon = Answering(
            new CommandDocument([idle, idle with { Name = "web@1" }], TimedOut: false), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, verb, "web");
        Assert.Equal(
            (ExitCode.Failed, $"reuseportctl: web@0: {why}\nreuseportctl: web@1: {why}\n"), (run.Code, run.Errors));
        run.ExpectGolden($"{verb}-nothing");
    }

    [Fact]
    public async Task Restart_Timeout_CountsOldProcessesAsReady()
    {
        var former = Ready with { Ok = false, Detail = "its replacement 77 is starting" };
        using var daemon = Answering(
            new CommandDocument([former, Ready with { Name = "web@1" }], TimedOut: true), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "restart", "web", "--timeout", "1ms");
        Assert.Equal(ExitCode.TimedOut, run.Code);
        run.ExpectGolden("restart-timeout");
    }

    [Fact]
    public async Task Command_WorkersOfSeveralServicesFail_NamesTheLogsOnce()
    {
        string[] names = ["dns@0", "dns@1", "dns@2", "web@0", "web@1", "web@2"];
        CommandOutcome[] failed =
            [.. names.Select(name => new CommandOutcome(name, "failed", Ok: false, null, 3, "exit code 1"))];
        using var daemon = Answering(new CommandDocument(failed, TimedOut: false), ContractJson.Default.CommandDocument);
        var run = await Run.CommandAsync(daemon.Path, "start", "*");
        Assert.Equal((ExitCode.Failed, 6), (run.Code, run.Errors.TrimEnd().Split('\n').Length));
        run.ExpectGolden("command-with-many-failed-workers");
    }

    [Fact]
    public async Task Scale_Down_CountsTheRemovedWorkers()
    {
        using var daemon = Answering(
            new CommandDocument([Ready, Ready with { Name = "web@1", State = "removed" }], TimedOut: false),
            ContractJson.Default.CommandDocument);
        (await Run.CommandAsync(daemon.Path, "scale", "web", "1")).ExpectGolden("scale-down");
    }

    [Fact]
    public async Task Check_GoodFiles_CountsThem()
    {
        using var daemon = Answering(
            new CheckDocument([], ["a.yaml: warning: odd"], ["a.yaml", "b.yaml"]), ContractJson.Default.CheckDocument);
        var run = await Run.CommandAsync(daemon.Path, "check");
        Assert.Equal((ExitCode.Ok, "a.yaml: warning: odd\n"), (run.Code, run.Errors));
        run.ExpectGolden("check-of-two-files");
    }

    [Fact]
    public async Task Check_BadFiles_HasEveryError()
    {
        using var daemon = Answering(
            new CheckDocument(["a.yaml:1:1: bad", "b.yaml:2:2: worse"], [], ["a.yaml"]), ContractJson.Default.CheckDocument);
        Assert.Equal(
            new Run(ExitCode.Failed, "", "a.yaml:1:1: bad\nb.yaml:2:2: worse\n"), await Run.CommandAsync(daemon.Path, "check"));
    }

    [Fact]
    public async Task Diff_Changes_HasTheEffectAndTheKeysOfEach()
    {
        using var from = JsonDocument.Parse("4");
        using var to = JsonDocument.Parse("""["a","b c"]""");
        using var daemon = Answering(
            new DiffDocument([], [],
            [
                new ServiceChange(
                    "web",
                    "replaced",
                    [new KeyChange("command", from.RootElement, to.RootElement), new KeyChange("user", null, from.RootElement)]),
                new ServiceChange("dns", "policy", []), new ServiceChange("new", "added", []),
            ]),
            ContractJson.Default.DiffDocument);
        (await Run.CommandAsync(daemon.Path, "diff")).ExpectGolden("diff-of-three-services");
    }

    /// <summary>The text of the file is shown as it is. Its control characters must not reach the terminal.</summary>
    [Fact]
    public async Task Diff_ControlCharactersInAValue_AreEscaped()
    {
        using var from = JsonDocument.Parse("""["sh","-c","a \u003E b \u0026\u0026 'c' \u00fc \ud83c\udf89"]""");
        using var to = JsonDocument.Parse("\"\\u001b[2J\u009b\"");
        using var daemon = Answering(
            new DiffDocument(
                [], [], [new ServiceChange("web", "replaced", [new KeyChange("command", from.RootElement, to.RootElement)])]),
            ContractJson.Default.DiffDocument);
        var text = (await Run.CommandAsync(daemon.Path, "diff")).Output;
        Assert.Contains("""command: ["sh","-c","a > b && 'c' ü """, text, StringComparison.Ordinal);
        Assert.Contains("""-> "\u001b[2J""", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(text, c => c != '\n' && char.IsControl(c));
    }

    [Fact]
    public async Task Diff_WithoutAChange_Succeeds()
    {
        using var daemon = Answering(new DiffDocument([], [], []), ContractJson.Default.DiffDocument);
        var run = await Run.CommandAsync(daemon.Path, "diff");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        run.ExpectGolden("diff-of-nothing");
    }

    [Fact]
    public async Task Diff_ServiceScaledByCommand_NamesIt()
    {
        using var daemon = Answering(
            new DiffDocument([], [], []) { Kept = [new ScaledService("web", 5, 2)] }, ContractJson.Default.DiffDocument);
        (await Run.CommandAsync(daemon.Path, "diff")).ExpectGolden("diff-scaled-by-hand");
    }

    [Fact]
    public async Task Show_Service_IsYaml()
    {
        using var daemon = FakeDaemon.Answering(200, """
            {"services":{"web":{"command":["python3","-m","http.server","8080"],"workers":4,
            "reuseport":{"ports":[8080,"9000-9010"],"debug":true},
            "environment":{"EMPTY":"","WORD":"yes","TEXT":"a: b\n","PLAIN":"x=1"},"limits":{},"depends_on":[]}}}
            """);
        Assert.Equal(
            """
            services:
              web:
                command: [python3, "-m", http.server, "8080"]
                workers: 4
                reuseport:
                  ports: [8080, "9000-9010"]
                  debug: true
                environment:
                  EMPTY: ""
                  WORD: "yes"
                  TEXT: "a: b\n"
                  PLAIN: x=1
                limits: {}
                depends_on: []
            # not set: no_new_privileges: true if user or group differs from the daemon's, else false
            # not set: reuseport.balance: round_robin for TCP, hash for UDP
            # not set: reuseport.backlog: the program's

            """,
            (await Run.CommandAsync(daemon.Path, "show", "web")).Output);
        Assert.Equal("GET /v1/services/web HTTP/1.1", await daemon.RequestAsync());
    }

    [Fact]
    public async Task Show_KeysWithValues_HaveNoComment()
    {
        using var daemon = FakeDaemon.Answering(
            200, """{"services":{"web":{"no_new_privileges":false,"reuseport":{"balance":"hash","backlog":5}}}}""");
        Assert.DoesNotContain("#", (await Run.CommandAsync(daemon.Path, "show", "web")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binds_Workers_AreATableAndTheCauses()
    {
        var bind = new BoundSocket(
            "web@0", 42, 3, 81234, "bind", "inet", "stream", "127.0.0.1", 8080, Matched: true,
            new SocketOptions(true, null, null, null), "ok");
        using var daemon = Answering(
            new BindsDocument(
                [
                    bind, bind with { Call = "listen", Options = new SocketOptions(null, null, null, 4096) },
                    bind with
                    {
                        Worker = "web@1", Family = "inet6", Type = "dgram", Address = "::", Port = 9000, Matched = false,
                        Options = new SocketOptions(null, null, null, null), Result = "EADDRINUSE",
                    },
                ],
                [
                    new BindCause("web@1", "port 8080 is taken by a stranger"),
                    new BindCause("web@2", "port 8080 is taken by a stranger")]),
            ContractJson.Default.BindsDocument);
        Assert.Equal(
            """
            WORKER  PID  FD  CALL    TYPE  ADDRESS    PORT  SHARED  OPTIONS       RESULT
            web@0   42   3   bind    tcp   127.0.0.1  8080  yes     reuseport     ok
            web@0   42   3   listen  tcp   127.0.0.1  8080  yes     backlog=4096  ok
            web@1   42   3   bind    udp6  ::         9000  no      -             EADDRINUSE

            web@1, web@2: port 8080 is taken by a stranger

            """,
            (await Run.CommandAsync(daemon.Path, "binds", "web")).Output);
    }

    [Fact]
    public async Task Binds_WorkersWithoutTheLibrary_AreTheKernelsPorts()
    {
        const string why = "binds unknown: the daemon does not read 'stderr'";
        using var daemon = Answering(
            new BindsDocument([], [])
            {
                Untold = [new UntoldBinds("web@0", 42, [8080], why), new UntoldBinds("web@1", 43, [8080], why)],
            },
            ContractJson.Default.BindsDocument);
        Assert.Equal(
            new Run(ExitCode.Ok, $"web@0, web@1: {why}\n", ""), await Run.CommandAsync(daemon.Path, "binds", "web"));
    }

    [Fact]
    public async Task Binds_WithoutASocket_Succeeds()
    {
        using var daemon = Answering(new BindsDocument([], []), ContractJson.Default.BindsDocument);
        (await Run.CommandAsync(daemon.Path, "binds", "web")).ExpectGolden("binds-of-nothing");
    }

    [Fact]
    public async Task Logs_ControlCharacters_AreEscaped()
    {
        using var daemon = FakeDaemon.Answering(200, """
            {"time":"2026-01-01T00:00:00Z","service":"web","worker":"web@0","pid":42,"stream":"stdout","text":"hello\ttabs"}
            {"time":"2026-01-01T00:00:01Z","service":"web","worker":"web@1","pid":43,"stream":"stderr","text":"\u001b[m","lost":7}

            """);
        Assert.Equal(
            new Run(ExitCode.Ok, "web@0: hello\ttabs\n(7 lines lost)\nweb@1: \\x1b[m\n", ""),
            await Run.CommandAsync(daemon.Path, "logs", "-n", "20", "web"));
        Assert.Equal("GET /v1/logs?name=web&lines=20&follow=false HTTP/1.1", await daemon.RequestAsync());
    }

    [Fact]
    public async Task Events_Stream_IsALineForEachEvent()
    {
        using var daemon = FakeDaemon.Answering(200, """
            event: hello
            data: {"sequence":0,"time":"2026-01-01T00:00:00Z","event":"hello","message":"hello"}

            : a comment
            id: 7
            event: ready
            data: {"sequence":7,"time":"2026-01-01T00:00:00Z","event":"ready","service":"web",
            data:"worker":"web@0","pid":42,"message":"web@0: ready"}

            event: lost
            data: {"sequence":9,"time":"2026-01-01T00:00:00Z","event":"lost","message":"lost","count":12}


            """);
        Assert.Equal(
            new Run(ExitCode.Ok, "2026-01-01T00:00:00Z  ready       web@0: ready\n(12 events lost)\n", ""),
            await Run.CommandAsync(daemon.Path, "events"));
        Assert.Equal("GET /v1/events?follow=false HTTP/1.1", await daemon.RequestAsync());
    }

    [Theory]
    [InlineData("events")]
    [InlineData("logs")]
    public async Task Stream_DaemonStops_Succeeds(string verb)
    {
        using var daemon = FakeDaemon.Answering(200, "\n");
        var run = await Run.CommandAsync(daemon.Path, verb, "-f");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Output));
        run.ExpectGolden("stream-of-a-daemon-that-stops");
    }

    [Theory]
    [InlineData("events")]
    [InlineData("logs")]
    public async Task Stream_ConnectionEndsEarly_Fails(string verb)
    {
        using var daemon = FakeDaemon.HangingUpHalfWay();
        var run = await Run.CommandAsync(daemon.Path, verb, "-f");
        Assert.Equal(ExitCode.Failed, run.Code);
        run.ExpectGolden("stream-that-breaks");
    }

    private static FakeDaemon Answering<T>(T document, JsonTypeInfo<T> type) =>
        FakeDaemon.Answering(200, JsonSerializer.Serialize(document, type));
}
