using System.Text.Json;
using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;

namespace Control.Tests;

public sealed class ApplyCommandTests
{
    [Fact]
    public async Task Apply_AChange_SaysWhatWasDone()
    {
        using var daemon = Answering(200, new ApplyDocument([], 1, 2, 3, 4, 9, 10, [], []));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        Assert.Equal("services: 1 added, 2 changed, 3 removed, 4 unchanged; 9 of 10 workers ready\n", run.Output);
        Assert.Equal("POST /v1/apply HTTP/1.1", await daemon.RequestAsync());
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "1 connection cut at the end of drain_timeout\n")]
    [InlineData(3, "3 connections cut at the end of drain_timeout\n")]
    public async Task Apply_ConnectionsCut_AreCounted(int cut, string line)
    {
        using var daemon = Answering(200, new ApplyDocument([], 0, 1, 0, 0, 2, 2, [], []) { Cut = cut });
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        Assert.Equal($"services: 0 added, 1 changed, 0 removed, 0 unchanged; 2 of 2 workers ready\n{line}", run.Output);
    }

    [Fact]
    public async Task Apply_ErrorsInTheConfiguration_AreAllSaid()
    {
        using var daemon = Answering(422, new ApplyDocument(["web.yaml:7:5: wrong", "web.yaml:9:1: also wrong"], 0, 0, 0, 0, 0, 0, [], []));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.Equal("web.yaml:7:5: wrong\nweb.yaml:9:1: also wrong\nreuseportctl: nothing was changed\n", run.Errors);
    }

    [Fact]
    public async Task Apply_WorkersThatDoNotGetReady_AreNamedAndFailIt()
    {
        UnreadyWorker[] workers = [new("web@0", "failed", "bind 127.0.0.1:80 tcp: EADDRINUSE; exit code 1"), new("web@1", "backoff", null)];
        using var daemon = Answering(200, new ApplyDocument([], 1, 0, 0, 0, 0, 2, [], workers));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Failed, "services: 1 added, 0 changed, 0 removed, 0 unchanged; 0 of 2 workers ready\n"), (run.Code, run.Output));
        Assert.Equal(
            "reuseportctl: web@0 is not ready: failed: bind 127.0.0.1:80 tcp: EADDRINUSE; exit code 1\nreuseportctl: web@1 is not ready: backoff\n"
            + "reuseportctl: see 'reuseportctl logs web'\n",
            run.Errors);
    }

    [Fact]
    public async Task Apply_ServiceThatWentBack_IsSaidSo()
    {
        UnreadyWorker[] workers = [new("web@0", "ready", "not replaced: exit code 3") { LastLine = "no such file" }];
        using var daemon = Answering(200, new ApplyDocument([], 0, 0, 0, 0, 2, 2, [], workers) { RolledBack = ["web"] });
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Failed, "services: 0 added, 0 changed, 0 removed, 0 unchanged, 1 rolled back; 2 of 2 workers ready\n"), (run.Code, run.Output));
        Assert.Equal(
            "reuseportctl: web was rolled back and runs as before\n"
            + "reuseportctl: web@0: not replaced: exit code 3; last line of its replacement: no such file\n"
            + "reuseportctl: see 'reuseportctl logs web'\n",
            run.Errors);
    }

    /// <summary>No log says more of it.</summary>
    [Fact]
    public async Task Apply_EndedByAPause_SaysHowToGoOn()
    {
        UnreadyWorker[] workers = [new("web@1", "ready", "not replaced yet: the update is paused; 'reuseportctl resume web' goes on") { Paused = true }];
        using var daemon = Answering(200, new ApplyDocument([], 0, 1, 0, 0, 2, 2, [], workers));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal(
            (ExitCode.Failed, "reuseportctl: web@1: not replaced yet: the update is paused; 'reuseportctl resume web' goes on\n"), (run.Code, run.Errors));
    }

    [Fact]
    public async Task Apply_ManyThatDoNotGetReady_AreCounted()
    {
        UnreadyWorker[] workers = [.. Enumerable.Range(0, 7).Select(index => new UnreadyWorker($"web@{index}", "backoff", "exit code 1"))];
        using var daemon = Answering(200, new ApplyDocument([], 1, 0, 0, 0, 0, 7, [], workers));
        var lines = (await Run.CommandAsync(daemon.Path, "apply")).Errors.TrimEnd().Split('\n');
        Assert.Equal("reuseportctl: web@3 is not ready: backoff: exit code 1", lines[^3]);
        Assert.Equal(["reuseportctl: and 3 more; see 'reuseportctl status'", "reuseportctl: see 'reuseportctl logs web'"], lines[^2..]);
    }

    /// <summary>
    /// Whoever renamed it must not compress it yet: also where nothing is waited for, and where the configuration is bad.
    /// </summary>
    [Theory]
    [InlineData("apply", 200)]
    [InlineData("apply --no-wait", 200)]
    [InlineData("apply", 422)]
    public async Task Apply_FileThatIsNotOpenedAgain_FailsAndSaysWhich(string words, int status)
    {
        string[] errors = status == 422 ? ["web.yaml:7:5: wrong"] : [];
        using var daemon = Answering(status, new ApplyDocument(errors, 0, 0, 0, 1, 2, 2, [], []) { NotReopened = [new UnopenedLog("/var/log/web.log", "EACCES")] });
        var run = await Run.CommandAsync(daemon.Path, words.Split(' '));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains(
            "reuseportctl: /var/log/web.log could not be opened again: EACCES; output continues in the open file, even if that was renamed\n", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_Warnings_AreSaidAndFailNothing()
    {
        using var daemon = Answering(200, new ApplyDocument([], 0, 0, 0, 1, 1, 1, ["/etc/reuseportd: warning: socket: takes effect at the next start"], []));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Ok, "/etc/reuseportd: warning: socket: takes effect at the next start\n"), (run.Code, run.Errors));
    }

    private static FakeDaemon Answering(int status, ApplyDocument document) =>
        FakeDaemon.Answering(status, JsonSerializer.Serialize(document, ContractJson.Default.ApplyDocument));
}
