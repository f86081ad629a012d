using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The last line of a failed process.</summary>
public sealed class LastWordsTests
{
    private static readonly RestartPolicy Late =
        RestartPolicy.Default with { Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1), Jitter = 0 };

    private const string NoSuchFile = "echo 'no such file' >&2; exit 1";

    [Fact]
    public void LastWords_InBackoff_AreTheLastLineOfStderr()
    {
        using var fleet = new Supervised();
        fleet.Converge(Failing("echo first >&2; echo 'no such file' >&2; echo out; exit 1") with { Restart = Late });
        Assert.Equal(WorkerState.Backoff, fleet.Worker("web@0").State);
        Await(fleet, "no such file");
    }

    [Fact]
    public void LastWords_NothingOnStderr_AreTheLastLineOfStdout()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Failing("echo first; printf 'no such file'; exit 1") with { Restart = Late with { When = RestartWhen.No } });
        Assert.Equal(WorkerState.Failed, fleet.Worker("web@0").State);
        Await(fleet, "no such file");
    }

    [Fact]
    public void LastWords_OutputIsAFile_AreKnown()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var service = Failing(NoSuchFile) with { Restart = Late };
        fleet.Converge(service with { Process = service.Process with { Stderr = new OutputTarget.File(folder["err.log"]) } });
        Await(fleet, "no such file");
    }

    [Fact]
    public void LastWords_LinesAreDroppedByTheRateLimit_AreKnown()
    {
        using var fleet = new Supervised();
        fleet.Converge(Failing("for i in 1 2 3 4 5; do echo line $i >&2; done; exit 1") with
        {
            Restart = Late, Logging = LoggingSpec.Default with { RateLimitBurst = 1 },
        });
        Await(fleet, "line 5");
    }

    [Fact]
    public void LastWords_NotReadBeforeTheProcessEnded_AreKnownLater()
    {
        using var fleet = new Supervised(startOutput: false);
        fleet.Converge(Failing(NoSuchFile) with { Restart = Late });
        var words = fleet.Worker("web@0").LastWords!;
        Assert.Equal((false, null), (words.IsFinal, words.Line));
        fleet.StartOutput();
        Deadline.Until(() => words.IsFinal, "all has been read");
        Assert.Equal("no such file", words.Line);
    }

    [Fact]
    public void LastWords_SilentProcess_AreNotThoseOfTheFormerProcess()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        fleet.Converge(
            Failing($"test -e {folder["tried"]} && exit 1; touch {folder["tried"]}; echo 'no such file' >&2; exit 1") with
            {
                Restart = Late,
            });
        Await(fleet, "no such file");
        fleet.Log.Take("backoff");
        fleet.Advance(TimeSpan.FromHours(1));
        fleet.Log.Take("backoff");
        var words = fleet.Worker("web@0").LastWords!;
        Deadline.Until(() => words.IsFinal, "all has been read");
        Assert.Null(words.Line);
    }

    [Fact]
    public void LastWords_StartFailed_AreEmpty()
    {
        using var fleet = new Supervised();
        var service = Failing(NoSuchFile) with { Restart = Late };
        fleet.Converge(service);
        Await(fleet, "no such file");
        fleet.Converge(service.With("/nonexistent/program"));
        Assert.Equal((WorkerState.Backoff, null), (fleet.Worker("web@0").State, fleet.Worker("web@0").LastWords));
    }

    /// <summary>A command may be answered while the worker starts again.</summary>
    [Fact]
    public void LastWords_WhileTheWorkerStartsAgain_AreThoseOfTheLastTry()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var script = $"test -e {folder["tried"]} && exec sleep 1000; touch {folder["tried"]}; echo 'no such file' >&2; exit 1";
        _ = fleet.BeginConverge(Failing(script));
        fleet.Log.Take("spawn", 2);
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);
        Await(fleet, "no such file");
    }

    [Fact]
    public void LastWords_ReadyWorker_AreEmpty()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Shell("web", 1, "echo 'no such file' >&2; exec sleep 1000"));
        fleet.Lines.Take("web@0", "no such file");
        Assert.Equal((WorkerState.Ready, null), (fleet.Worker("web@0").State, fleet.Worker("web@0").LastWords));
    }

    [Fact]
    public void LastWords_WorkerIsNotReplaced_AreThoseOfTheReplacement()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        var result = fleet.Converge(Failing(NoSuchFile));
        Assert.Equal(WorkerState.Ready, fleet.Worker("web@0").State);
        Await(fleet, "no such file");
        Assert.Equal("no such file", result.NotReady[0].LastWords!.Line);
        fleet.Ask(new FleetCommand.Stop(), "web");
        Assert.Null(fleet.Worker("web@0").LastWords);
    }

    /// <summary>The worker may have its next process before the line is read.</summary>
    [Fact]
    public void LastWords_Command_AreThoseOfItsOwnProcess()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised(startOutput: false);
        var script = $"echo 'no such file' >&2; test -e {folder["tried"]} && exec sleep 1000; touch {folder["tried"]}; exit 1";
        var result = fleet.Converge(Failing(script));
        fleet.Log.Take("spawn", 2);
        var words = result.NotReady[0].LastWords!;
        Assert.Null(words.Line);
        fleet.StartOutput();
        Deadline.Until(() => words.IsFinal, "all has been read");
        Assert.Equal("no such file", words.Line);
    }

    [Fact]
    public void LastWords_CommandFails_AreInItsResult()
    {
        using var fleet = new Supervised();
        fleet.Converge(Failing(NoSuchFile, workers: 2) with { Restart = Late });
        var result = fleet.Ask(new FleetCommand.Start(), "web");
        foreach (var end in result.Workers)
            Deadline.Until(() => end is { Ok: false, Facts.LastWords.Line: "no such file" }, "the line has been read");
    }

    /// <summary>The service is never ready, as no process binds its port.</summary>
    private static ServiceSpec Failing(string line, int workers = 1) => Given.Listening(Given.Shell("web", workers, line), 8093);

    private static void Await(Supervised fleet, string line) =>
        Deadline.Until(() => fleet.Worker("web@0").LastWords?.Line == line, $"the line '{line}' has been read");
}
