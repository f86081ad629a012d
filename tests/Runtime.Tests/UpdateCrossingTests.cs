using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Other commands, and ends of processes, during a rolling restart.</summary>
public sealed class UpdateCrossingTests
{
    private static readonly RestartPolicy Once = RestartPolicy.Default with { When = RestartWhen.No };

    [Fact]
    public void Rollback_WhileTheFormerProcessEnds_ThatWorkerIsRolledBack()
    {
        using var fleet = new Supervised();
        var deaf = Given.Service("web", 2, Checkout.Worker("ignore-term"));
        fleet.Converge(deaf);
        fleet.Lines.Take("web@0", "ignoring");
        fleet.Lines.Take("web@1", "ignoring");
        var update = fleet.BeginConverge(deaf.With("sleep", "2000"));
        fleet.Log.Take("stop", "web@0");
        var rollback = fleet.BeginAsk(new FleetCommand.Rollback(), "web");
        fleet.Turn();
        fleet.Advance(TimeSpan.FromMinutes(1));

        Assert.All(Deadline.Await(rollback, "the rollback is done").Workers, worker => Assert.True(worker.Ok, worker.Detail));
        Deadline.Await(update, "the update is answered");
        Assert.All(Commands(fleet), command => Assert.EndsWith("ignore-term\0", command, StringComparison.Ordinal));
        Deadline.Until(() => OwnProcess.Children().Length == 2, "the others have gone");
    }

    [Fact]
    public void Pause_NewProcessFails_CommandDoesNotWaitForRemainingWorkers()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        var update = fleet.BeginConverge(service.With("sleep", "2000") with { Readiness = Never });
        var next = fleet.Log.Take("spawn", 3)[2].Pid;
        fleet.BeginAsk(new FleetCommand.Pause(), "web");
        fleet.Turn();
        Supervised.Kill(next);

        Assert.Equal(2, Deadline.Await(update, "the update is answered").NotReady.Count);
        fleet.Log.Take("update_failed");
        Assert.All(Commands(fleet), command => Assert.Equal("sleep\0infinity\0", command));
        // The update has stopped, so a rollback or another change can follow.
        fleet.Converge(service.With("sleep", "3000"));
        Assert.All(Commands(fleet), command => Assert.Equal("sleep\03000\0", command));
    }

    [Fact]
    public void Restart_WhilePaused_IsPostponedUntilResume()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        var update = fleet.BeginConverge(service.With("sleep", "2000") with { Readiness = InAMinute });
        fleet.Log.Take("spawn", 3);
        var pause = fleet.BeginAsk(new FleetCommand.Pause(), "web");
        fleet.Turn();
        Assert.All(fleet.AwaitMinutes(pause).Workers, worker => Assert.True(worker.Ok, worker.Detail));
        fleet.AwaitMinutes(update);
        Assert.All(
            fleet.Ask(new FleetCommand.Restart(), "web").Workers,
            worker =>
            {
                Assert.False(worker.Ok);
                Assert.Equal(new UpdateObstacle.UpdatePaused("web", IsChange: true), worker.Facts!.NotReplaced);
            });
        var resume = fleet.AwaitMinutes(fleet.BeginAsk(new FleetCommand.Resume(), "web"));
        Assert.All(resume.Workers, worker => Assert.True(worker.Ok, worker.Detail));

        Assert.All(Commands(fleet), command => Assert.Equal("sleep\02000\0", command));
        Assert.Equal([3, 2], fleet.Snapshot().Workers.Select(worker => worker.Generation));
    }

    [Fact]
    public void Rollback_AfterARestartWhilePaused_RollsBackAllNewProcesses()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        var update = fleet.BeginConverge(service.With("sleep", "2000") with { Readiness = InAMinute });
        fleet.Log.Take("spawn", 3);
        var pause = fleet.BeginAsk(new FleetCommand.Pause(), "web");
        fleet.Turn();
        fleet.AwaitMinutes(pause);
        fleet.AwaitMinutes(update);
        fleet.Ask(new FleetCommand.Restart(), "web");
        fleet.AwaitMinutes(fleet.BeginAsk(new FleetCommand.Scale(3), "web"));
        var rollback = fleet.AwaitMinutes(fleet.BeginAsk(new FleetCommand.Rollback(), "web"));
        Assert.All(rollback.Workers, worker => Assert.True(worker.Ok, worker.Detail));

        Assert.Equal(["sleep\0infinity\0", "sleep\0infinity\0", "sleep\0infinity\0"], Commands(fleet));
    }

    [Fact]
    public void Start_AfterAStopDuringAnUpdate_HasTheNewVersion()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2) with { Readiness = InAMoment };
        fleet.Converge(service);
        var update = fleet.BeginConverge(service.With("sleep", "2000"));
        fleet.Log.Take("spawn", 3);
        fleet.Ask(new FleetCommand.Stop(), "web");
        Deadline.Await(update, "the update is answered");
        fleet.Ask(new FleetCommand.Start(), "web");

        Assert.All(Commands(fleet), command => Assert.Equal("sleep\02000\0", command));
    }

    [Fact]
    public void Apply_StopFirstWithFailedWorker_FailedWorkerIsUpdatedFirst()
    {
        using var fleet = new Supervised();
        var service = HalfFailed;
        fleet.Converge(service);
        Assert.Empty(fleet.Converge(service.With("sleep", "2000")).NotReady);

        Assert.All(Commands(fleet), command => Assert.Equal("sleep\02000\0", command));
    }

    [Fact]
    public void Restart_StopFirstAndTooFewAreReady_FailsWithoutAWait()
    {
        using var fleet = new Supervised();
        fleet.Converge(HalfFailed);
        var before = fleet.Worker("web@0").Pid;
        var end = fleet.Ask(new FleetCommand.Restart(), "web@0").Workers[0];

        Assert.Equal((false, new UpdateObstacle.TooFewReady(1, 2)), (end.Ok, end.Facts!.NotReplaced));
        Assert.Equal(before, fleet.Worker("web@0").Pid);
    }

    [Fact]
    public void Apply_StopFirstFails_WorkerStartsWithFormerVersion()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2) with { Update = Given.StopFirst, Restart = Once };
        fleet.Converge(service);
        fleet.Converge(service.With("/bin/sh", "-c", "exit 3") with { Readiness = Never });

        Assert.All(Commands(fleet), command => Assert.Equal("sleep\0infinity\0", command));
        Assert.Equal(2, fleet.Counts.Ready);
    }

    [Fact]
    public void Apply_StopFirstAndSecondWorkerFailsAfterThePause_IsAnswered()
    {
        using var fleet = new Supervised();
        var pace = Given.StopFirst with { MaxUnavailable = 2, FailureAction = UpdateFailureAction.Pause };
        var service = Given.Sleepers("web", 3) with { Update = pace, Restart = Once };
        fleet.Converge(service);
        var bad = service.With(
            "/bin/sh", "-c", "test $REUSEPORT_WORKER = 1 && exec sleep 1000; exit 3") with { Readiness = Never };
        var apply = fleet.BeginConverge(bad);
        fleet.Log.Take("update_failed");
        Deadline.Until(() => fleet.Worker("web@1") is { Generation: 2, Pid: not null }, "the second new process runs");
        Supervised.Kill(fleet.Worker("web@1").Pid!.Value);

        Assert.Equal(3, Deadline.Await(apply, "the apply is answered").NotReady.Count);
        Assert.Equal(1, fleet.Counts.Ready);
    }

    [Theory]
    [InlineData(9, 0)]
    [InlineData(0, 1)] // it had been ready long enough to be started anew at once
    public void Apply_OldProcessDiesWhileTheNewOneWaits_NewOneIsStarted(int delay, int readyFor)
    {
        using var fleet = new Supervised();
        var (data, web) = (Given.Sleepers("data", 1), Given.Sleepers("web", 1) with { DependsOn = ["data"] });
        fleet.Converge(data, web);
        fleet.Advance(TimeSpan.FromHours(readyFor));
        var update = fleet.BeginConverge(
            data.With("sleep", "2000") with { Readiness = Never },
            web.With("sleep", "2000") with { Restart = web.Restart with { Delay = TimeSpan.FromHours(delay) } });
        fleet.Log.Take("spawn", 3);
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
        fleet.Log.Take("exit", "web@0");
        fleet.Turn();
        fleet.Advance(TimeSpan.FromHours(1));
        Deadline.Await(update, "the update is done");

        Assert.Equal(["sleep\02000\0", "sleep\02000\0"], Commands(fleet));
    }

    [Fact]
    public void Start_AfterFailedUpdate_HasResultOfNewCommand()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        Assert.Equal(2, fleet.Converge(service.With("/bin/sh", "-c", "exit 3") with { Readiness = Never }).NotReady.Count);

        Assert.All(fleet.Ask(new FleetCommand.Scale(3), "web").Workers, worker => Assert.True(worker.Ok, worker.Detail));
        Assert.All(fleet.Ask(new FleetCommand.Start(), "web").Workers, worker => Assert.True(worker.Ok, worker.Detail));
    }

    [Fact]
    public void Remove_WhileTheFormerProcessEnds_ServiceIsKnownUntilThen()
    {
        using var fleet = new Supervised();
        var deaf = Given.Service("web", 1, Checkout.Worker("ignore-term"));
        fleet.Converge(deaf);
        fleet.Lines.Take("web@0", "ignoring");
        var update = fleet.BeginConverge(deaf.With("sleep", "2000"));
        fleet.Log.Take("stop", "web@0");
        fleet.Converge();
        Deadline.Await(update, "the update is answered");
        Assert.Single(OwnProcess.Children());
        fleet.Converge(deaf.With("sleep", "3000"));
        Assert.Equal(["sleep\03000\0"], Commands(fleet));
        fleet.Advance(TimeSpan.FromMinutes(1));

        Deadline.Until(() => OwnProcess.Children().Length == 1, "the former one has gone");
        Assert.Equal(1, fleet.Counts.Workers);
        Assert.Equal(1, fleet.Counts.Ready);
    }

    private static ServiceSpec HalfFailed =>
        Given.Shell("web", 2, "test $REUSEPORT_WORKER = 0 && exec sleep 1000; exit 3") with
        {
            Update = Given.StopFirst, Restart = Once, Readiness = InAMoment,
        };

    private static ReadinessSpec Never { get; } = new ReadinessSpec.Delay(TimeSpan.FromHours(1), ReadinessSpec.DefaultTimeout);

    private static ReadinessSpec InAMoment { get; } =
        new ReadinessSpec.Delay(TimeSpan.FromMilliseconds(300), ReadinessSpec.DefaultTimeout);

    /// <summary>The time does not pass before the test has acted.</summary>
    private static ReadinessSpec InAMinute { get; } =
        new ReadinessSpec.Delay(TimeSpan.FromMinutes(1), ReadinessSpec.DefaultTimeout);

    private static string[] Commands(Supervised fleet) =>
        [.. fleet.Snapshot().Workers.Select(worker => OwnProcess.CommandOf(worker.Pid))];
}
