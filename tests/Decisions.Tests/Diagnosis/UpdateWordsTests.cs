using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Decisions.Tests.Diagnosis;

/// <summary>The texts for updates and commands that failed.</summary>
public sealed class UpdateWordsTests
{
    private static readonly WorkerSnapshot Web =
        new(new WorkerName("web", 0), WorkerState.Ready, 100, 1, 0, TimeSpan.Zero, null, null, []);

    private static readonly WorkerSnapshot Failed = Web with
    {
        State = WorkerState.Failed, IsOver = true, Reason = new StateReason.Failure(new SlotFailure.Ended(ExitStatus.Exited(3))),
    };

    private static readonly ServiceSpec Service = Specs.Service("web") with { Workers = 2 };

    [Theory]
    [InlineData("Start", true, "'reuseportctl stop web', then 'reuseportctl start web'")]
    [InlineData("Restart", true, "'reuseportctl stop web', then 'reuseportctl restart web'")]
    [InlineData("Apply", true, "'reuseportctl stop web', then 'reuseportctl apply'")]
    [InlineData("Apply", false, "'reuseportctl stop web', then 'reuseportctl apply' and 'reuseportctl start web'")]
    [InlineData("ApplyFormerFile", true, "restore the former file of web, 'reuseportctl stop web', then 'reuseportctl apply'")]
    public void Of_EachRemedy_HasItsCommands(string then, bool autostart, string words) =>
        Assert.Equal(words, Remedy(then, Service with { Autostart = autostart }));

    [Theory]
    [InlineData(1, "StartFirst", "Apply", true)]
    [InlineData(1, "StopFirst", "Apply", false)]
    [InlineData(2, "StartFirst", "Apply", false)]
    [InlineData(1, "StartFirst", "ApplyFormerFile", false)]
    public void Of_RemedyForOneWorkerThatStartsFirst_NamesStopFirstAsWell(int workers, string order, string then, bool stopFirst)
    {
        var service = Service with
        {
            Workers = workers, Update = UpdateSpec.Default with { Order = Enum.Parse<UpdateOrder>(order) },
        };
        const string stopFirstWords = ", or set 'update: { order: stop-first, max_unavailable: 1 }'";
        Assert.Equal(stopFirst, Remedy(then, service).EndsWith(stopFirstWords, StringComparison.Ordinal));
    }

    [Fact]
    public void Detail_NotReplaced_HasReason()
    {
        Assert.Equal("not replaced: only 1 of 2 workers are ready", Detail(new UpdateObstacle.TooFewReady(1, 2)));
        Assert.Equal(
            "not replaced: the update stopped at web@0: exit code 3",
            Detail(new UpdateObstacle.UpdateStopped(new UpdateStop.ReplacementFailed(Web.Name, Failed))));
        Assert.Equal(
            "not replaced yet: the update is paused; 'reuseportctl resume web' continues it, "
            + "'reuseportctl rollback web' undoes it",
            Detail(new UpdateObstacle.UpdatePaused("web", IsChange: true)));
        Assert.Equal(
            "not replaced yet: the update is paused; 'reuseportctl resume web' continues it",
            Detail(new UpdateObstacle.UpdatePaused("web", IsChange: false)));
    }

    [Fact]
    public void Detail_ReplacementFailed_HasReasonOfItsProcess()
    {
        var worker = Web with { NotReplaced = new UpdateObstacle.ReplacementFailed() };
        Assert.Equal(
            "not replaced: exit code 3",
            WorkerDetail.Of(worker with { Attempt = new Attempt(AttemptKind.Failed, Failed) }));
        Assert.Equal(
            "not replaced: the new process stopped by itself",
            WorkerDetail.Of(worker with { Attempt = new Attempt(AttemptKind.Failed, Failed with { Reason = null }) }));
    }

    [Fact]
    public void For_CommandWithoutEffect_HasReason()
    {
        var worker = Web with { State = WorkerState.Stopping };
        var end = new CommandEnd(Web.Name, worker.State, Ok: false, 100, 1) { Facts = worker };
        Assert.Null(CommandWords.Of(end with { Facts = null }));
        Assert.Equal("the worker has not settled", CommandWords.Of(end with { Obstacle = new CommandObstacle.NotSettled() }));
        Assert.Equal(
            "exit code 3",
            CommandWords.Of(end with { Obstacle = new CommandObstacle.NotSettled(), Facts = Failed }));
        (CommandObstacle Obstacle, string Words)[] obstacles =
        [
            (new CommandObstacle.Overtaken(), "a later command replaced this command"),
            (new CommandObstacle.ServiceStopped(), "the service is stopped; 'reuseportctl start' starts its workers"),
            (new CommandObstacle.NothingToRollBack(), "the service has no former configuration"),
            (new CommandObstacle.AlreadyPaused(), "the rolling restart is already paused"),
            (new CommandObstacle.NoUpdate(), "no rolling restart is in progress"),
            (new CommandObstacle.NothingPaused(), "no rolling restart is paused"),
            (new CommandObstacle.NoProcess(), "the worker has no process"),
            (new CommandObstacle.SignalFailed(Signal.Hup, Errno.NotPermitted), "SIGHUP could not be sent: EPERM"),
        ];
        Assert.All(obstacles, row => Assert.Equal(row.Words, CommandWords.Of(end with { Obstacle = row.Obstacle })));
        var kept = worker with { NotReplaced = new UpdateObstacle.TooFewReady(1, 2) };
        Assert.Equal(
            "not replaced: only 1 of 2 workers are ready", CommandWords.Of(end with { IsNotReplaced = true, Facts = kept }));
    }

    private static string? Detail(UpdateObstacle obstacle) => WorkerDetail.Of(Web with { NotReplaced = obstacle });

    private static string Remedy(string then, ServiceSpec service) =>
        UpdateWords.Of(UpdateRemedy.For(Enum.Parse<RemedyVerb>(then), service));
}
