using System.Text.Json;
using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;

namespace Control.Tests;

public sealed class ApplyCommandTests
{
    [Fact]
    public async Task Apply_Changes_CountsThem()
    {
        using var daemon = Answering(200, new ApplyDocument([], 1, 2, 3, 4, 9, 10, [], []));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        run.ExpectGolden("apply-of-changes");
        Assert.Equal("POST /v1/apply HTTP/1.1", await daemon.RequestAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Apply_ConnectionsAreCut_CountsThem(int cut)
    {
        using var daemon = Answering(200, new ApplyDocument([], 0, 1, 0, 0, 2, 2, [], []) { Cut = cut });
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        run.ExpectGolden($"apply-{cut}-cut");
    }

    [Fact]
    public async Task Apply_ErrorsInTheConfiguration_HasAllOfThem()
    {
        using var daemon = Answering(
            422, new ApplyDocument(["web.yaml:7:5: wrong", "web.yaml:9:1: also wrong"], 0, 0, 0, 0, 0, 0, [], []));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.StartsWith("web.yaml:7:5: wrong\nweb.yaml:9:1: also wrong\n", run.Errors, StringComparison.Ordinal);
        run.ExpectGolden("apply-of-errors");
    }

    [Fact]
    public async Task Apply_WorkersAreNotReady_FailsAndNamesThem()
    {
        UnreadyWorker[] workers =
            [new("web@0", "failed", "bind 127.0.0.1:80 tcp: EADDRINUSE; exit code 1"), new("web@1", "backoff", null)];
        using var daemon = Answering(200, new ApplyDocument([], 1, 0, 0, 0, 0, 2, [], workers));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal(ExitCode.Failed, run.Code);
        run.ExpectGolden("apply-with-failed-workers");
    }

    [Fact]
    public async Task Apply_ServiceIsRolledBack_FailsAndNamesIt()
    {
        UnreadyWorker[] workers = [new("web@0", "ready", "not replaced: exit code 3") { LastLine = "no such file" }];
        using var daemon = Answering(200, new ApplyDocument([], 0, 0, 0, 0, 2, 2, [], workers) { RolledBack = ["web"] });
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal(ExitCode.Failed, run.Code);
        run.ExpectGolden("apply-rolled-back");
    }

    /// <summary>The logs of the workers do not help, so they are not named.</summary>
    [Fact]
    public async Task Apply_EndedByAPause_NamesTheCommandThatResumes()
    {
        const string paused = "not replaced yet: the update is paused; 'reuseportctl resume web' continues it";
        UnreadyWorker[] workers = [new("web@1", "ready", paused) { Paused = true }];
        using var daemon = Answering(200, new ApplyDocument([], 0, 1, 0, 0, 2, 2, [], workers));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Failed, $"reuseportctl: web@1: {paused}\n"), (run.Code, run.Errors));
    }

    [Fact]
    public async Task Apply_ManyWorkersAreNotReady_CountsThem()
    {
        UnreadyWorker[] workers =
            [.. Enumerable.Range(0, 7).Select(index => new UnreadyWorker($"web@{index}", "backoff", "exit code 1"))];
        using var daemon = Answering(200, new ApplyDocument([], 1, 0, 0, 0, 0, 7, [], workers));
        (await Run.CommandAsync(daemon.Path, "apply")).ExpectGolden("apply-with-many-failed-workers");
    }

    /// <summary>
    /// The program that renamed the file must not compress it yet. This holds with --no-wait and with a bad configuration too.
    /// </summary>
    [Theory]
    [InlineData("apply", 200)]
    [InlineData("apply --no-wait", 200)]
    [InlineData("apply", 422)]
    public async Task Apply_LogFileIsNotReopened_FailsAndNamesIt(string words, int status)
    {
        string[] errors = status == 422 ? ["web.yaml:7:5: wrong"] : [];
        using var daemon = Answering(
            status,
            new ApplyDocument(errors, 0, 0, 0, 1, 2, 2, [], [])
            {
                NotReopened = [new UnopenedLog("/var/log/web.log", "EACCES")],
            });
        var run = await Run.CommandAsync(daemon.Path, words.Split(' '));
        Assert.Equal(ExitCode.Failed, run.Code);
        run.ExpectGolden($"{words.Replace(" --", "-", StringComparison.Ordinal)}-not-reopened-{status}");
    }

    [Fact]
    public async Task Apply_Warnings_SucceedsWithThem()
    {
        using var daemon = Answering(
            200,
            new ApplyDocument([], 0, 0, 0, 1, 1, 1, ["/etc/reuseportd: warning: socket: takes effect at the next start"], []));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Ok, "/etc/reuseportd: warning: socket: takes effect at the next start\n"), (run.Code, run.Errors));
    }

    private static FakeDaemon Answering(int status, ApplyDocument document) =>
        FakeDaemon.Answering(status, JsonSerializer.Serialize(document, ContractJson.Default.ApplyDocument));
}
